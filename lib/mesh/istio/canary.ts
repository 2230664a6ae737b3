import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import type { LabCluster } from '../../model/lab.ts';
import type { MeshSettings } from '../../model/upgrade.ts';
import { MeshproofError } from '../../support/errors.ts';
import { exec } from '../../support/exec.ts';
import { apply, ignoreMissing, openKube, waitFor } from '../../support/kube.ts';
import type { MeshCanary, UpgradeContext } from '../contracts.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';
import { withAdmin } from './proxy-admin.ts';
import { missingConnections } from './status.ts';
import { withInstaller, withSettingsFiles } from './settings-files.ts';
import { injects, SETTLE_MS } from './upgrade.ts';
import { canaryOverlay, proxyImageOf } from './upgrade-operator.ts';

/** Ours alone: nobody names a revision of their own like this. */
export const CANARY_REVISION = 'meshproof-candidate';
const REVISION_LABEL = 'istio.io/rev';
/** On every object of the second control plane; the charts label some of them only. */
const CANARY_LABEL = 'meshproof.dev/canary';
const ISTIOD = `istiod-${CANARY_REVISION}`;
/** For pods to end, with what they hold. */
const GONE_MS = 60_000;

/** Istio's canary upgrade (istio.io, canary upgrades): istiod once more, of another revision. */
export const istioCanary: MeshCanary = {
  what: `istiod of the revision ${CANARY_REVISION} with its webhooks, roles and settings, all marked ${CANARY_LABEL}, which nobody uses but namespaces of that revision`,
  namespaceLabels: { [REVISION_LABEL]: CANARY_REVISION },
  add,
  remove,
  servedBy: (cluster, pod) =>
    withAdmin(cluster, pod, async (read) => {
      const address = parseDiscoveryAddress(await read('/server_info'));
      return { address, canary: address.startsWith(`${ISTIOD}.`) };
    }),
};

async function add(cluster: LabCluster, settings: MeshSettings, context: UpgradeContext): Promise<void> {
  const istioctl = await withInstaller(context, settings).tool('istioctl');
  const last = join(context.stateDir, `${cluster.name}.istio-canary.yaml`);
  let objects: KubernetesObject[] = [];
  const { name } = cluster;
  const image = await withSettingsFiles(name, settings, context.stateDir, async (files, installed) => {
    try {
      writeFileSync(last, canaryOverlay(CANARY_REVISION, EAST_WEST_GATEWAY));
      const named = [...files, last].flatMap((file) => ['-f', file]);
      const { stdout } = await exec(istioctl, ['manifest', 'generate', ...named], {
        signal: context.signal,
        timeout: 60_000,
      });
      objects = canaryObjects(stdout);
    } finally {
      rmSync(last, { force: true });
    }
    return proxyImageOf(installed, settings.proxyImage);
  });
  await apply(openKube(cluster.kubeconfig), objects);
  await ready(cluster, istioctl, context);
  const labels = { 'sidecar.istio.io/inject': 'true', [REVISION_LABEL]: CANARY_REVISION };
  await injects(cluster, { image, labels }, context);
}

/**
 * The objects of a rendered second control plane, each with our label. A `usage` error when one is not its own alone: values may
 * bring gateways and the like, which the first control plane has already.
 */
export function canaryObjects(manifest: string): KubernetesObject[] {
  const objects = parseAllDocuments(manifest)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
  const shared = objects.find(({ metadata }) => !metadata?.name?.includes(CANARY_REVISION));
  if (shared)
    throw new MeshproofError(
      'usage',
      `these values bring ${shared.kind} ${shared.metadata?.name}, of which a cluster has one: it cannot run side by side`,
      { nextStep: 'compare before and after instead' },
    );
  return objects.map((object) => {
    const labels = { ...object.metadata?.labels, [CANARY_LABEL]: 'true' };
    return { ...object, metadata: Object.assign({}, object.metadata, { labels }) };
  });
}

async function ready(cluster: LabCluster, istioctl: string, { clusters, signal }: UpgradeContext) {
  const { apps } = openKube(cluster.kubeconfig);
  await waitFor(
    `${cluster.name}: ${ISTIOD} is ready and watches every cluster`,
    async () => {
      const { metadata, spec, status } = await apps.readNamespacedDeployment({
        namespace: ISTIO_NAMESPACE,
        name: ISTIOD,
      });
      const wanted = spec?.replicas ?? 1;
      if (status?.observedGeneration !== metadata?.generation || status?.updatedReplicas !== wanted)
        return false;
      if (status.availableReplicas !== wanted || status.replicas !== wanted) return false;
      const missing = await missingConnections(istioctl, cluster, clusters, CANARY_REVISION);
      if (missing.length > 0) throw new Error(`it does not watch ${missing.join(', ')}`);
      return true;
    },
    {
      timeoutMs: SETTLE_MS,
      everyMs: 1000,
      signal,
      nextStep: `kubectl --kubeconfig ${cluster.kubeconfig} -n ${ISTIO_NAMESPACE} get pods,events`,
    },
  );
}

/** What istiod's charts make, in the order in which it is taken away: nobody is sent to it any more before it ends. */
const KINDS = [
  ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', ISTIO_NAMESPACE],
  ['policy/v1', 'PodDisruptionBudget', ISTIO_NAMESPACE],
  ['apps/v1', 'Deployment', ISTIO_NAMESPACE],
  ['v1', 'Service', ISTIO_NAMESPACE],
  ['v1', 'ConfigMap', ISTIO_NAMESPACE],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', ISTIO_NAMESPACE],
  ['rbac.authorization.k8s.io/v1', 'Role', ISTIO_NAMESPACE],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['v1', 'ServiceAccount', ISTIO_NAMESPACE],
] as const;

async function remove(cluster: LabCluster): Promise<string[]> {
  const kube = openKube(cluster.kubeconfig);
  const removed: string[] = [];
  for (const [apiVersion, kind, namespace] of KINDS) {
    const { items } = await kube.objects.list<KubernetesObject>(
      apiVersion,
      kind,
      namespace,
      undefined,
      undefined,
      undefined,
      undefined,
      `${CANARY_LABEL}=true`,
    );
    for (const { metadata } of items) {
      const name = metadata?.name ?? '';
      const ref = { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } };
      await ignoreMissing(kube.objects.delete(ref));
      removed.push(`${kind} ${name}`);
    }
  }
  await gone(cluster);
  removed.push(...(await electionsGone(cluster)));
  return removed;
}

/** It is not waited for to drain, half a minute: its proxies are gone, or keep what they have. */
async function gone(cluster: LabCluster): Promise<void> {
  const { core } = openKube(cluster.kubeconfig);
  const pods = {
    namespace: ISTIO_NAMESPACE,
    labelSelector: `app=istiod,${REVISION_LABEL}=${CANARY_REVISION}`,
  };
  await core.deleteCollectionNamespacedPod({ ...pods, gracePeriodSeconds: 1 });
  await waitFor(
    `${cluster.name}: ${ISTIOD} is gone`,
    async () => (await core.listNamespacedPod(pods)).items.length === 0,
    { timeoutMs: GONE_MS },
  );
}

/** What istiod makes itself for elections among those of its revision. */
async function electionsGone(cluster: LabCluster): Promise<string[]> {
  const { core, coordination } = openKube(cluster.kubeconfig);
  const namespace = ISTIO_NAMESPACE;
  const own = ({ metadata }: KubernetesObject) => metadata?.name?.endsWith(`-${CANARY_REVISION}`) === true;
  const maps = (await core.listNamespacedConfigMap({ namespace })).items.filter(own);
  const leases = (await coordination.listNamespacedLease({ namespace })).items.filter(own);
  for (const { metadata } of maps)
    await ignoreMissing(core.deleteNamespacedConfigMap({ namespace, name: metadata?.name ?? '' }));
  for (const { metadata } of leases)
    await ignoreMissing(coordination.deleteNamespacedLease({ namespace, name: metadata?.name ?? '' }));
  return [
    ...maps.map(({ metadata }) => `ConfigMap ${metadata?.name}`),
    ...leases.map(({ metadata }) => `Lease ${metadata?.name}`),
  ];
}

/** Where a proxy gets its configuration from, by the metadata of its node in `/server_info` (admin.v3.ServerInfo). */
export function parseDiscoveryAddress(body: string): string {
  const { node } = JSON.parse(body) as {
    node?: { metadata?: { PROXY_CONFIG?: { discoveryAddress?: string } } };
  };
  const address = node?.metadata?.PROXY_CONFIG?.discoveryAddress;
  if (address !== undefined) return address;
  throw new MeshproofError('environment', 'a proxy does not tell where it gets its configuration from');
}
