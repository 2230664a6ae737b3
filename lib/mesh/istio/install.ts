import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { exec } from '../../support/exec.ts';
import { type Kube, apply, openKube, waitFor } from '../../support/kube.ts';
import { parseAllDocuments } from 'yaml';
import type { MeshContext } from '../contracts.ts';
import { type CertificateAuthority, ensureRoot, issueIntermediate } from '../../support/ca.ts';
import { authorityManifest, meshManifests, namespaceManifest } from './manifests.ts';
import { EAST_WEST_GATEWAY, gatewayNodes, ISTIO_NAMESPACE, istioOperator } from './operator.ts';
import { readerRole, withMcs } from './mcs-install.ts';
import { missingConnections, publishedAddresses } from './status.ts';

/** A load balancer of AWS is there in two to three minutes; one that cannot be made says so in the Service's events. */
const LOAD_BALANCER_MS = 600_000;

/** Installs Istio into every cluster at once, each with an intermediate of one shared root. */
export async function install(context: MeshContext): Promise<void> {
  const root = await ensureRoot(join(context.stateDir, 'trust'));
  const environment = await withMcs(context);
  await Promise.all(
    context.clusters.map((cluster) => installCluster(cluster, root, { ...context, environment })),
  );
}

async function installCluster(
  cluster: LabCluster,
  root: CertificateAuthority,
  context: MeshContext,
): Promise<void> {
  const kube = openKube(cluster.kubeconfig);
  await apply(kube, [namespaceManifest(cluster), ...(context.environment.mesh.mcs ? readerRole() : [])]);
  if (!(await hasAuthority(kube, root))) {
    await apply(kube, [authorityManifest(await issueIntermediate(root, cluster.name))]);
  }
  mkdirSync(context.stateDir, { recursive: true });
  const file = operatorFile(context.stateDir, cluster.name);
  writeFileSync(file, istioOperator(context.environment, cluster, context.images));
  await runInstall(cluster, [file], context);
  await apply(kube, meshManifests(context.environment));
  await publishGateway(kube, cluster, context.signal);
  context.log.info(`${cluster.name}: istiod and east-west gateway ready`);
}

/** Where the IstioOperator that a cluster was installed from is kept. */
export function operatorFile(stateDir: string, cluster: string): string {
  return join(stateDir, `${cluster}.istio.yaml`);
}

/** `istioctl install` of these files, later ones merged over earlier ones; returns when what it made is ready. */
export async function runInstall(
  cluster: LabCluster,
  files: readonly string[],
  context: Pick<MeshContext, 'tool' | 'signal' | 'log'>,
): Promise<void> {
  const istioctl = await context.tool('istioctl');
  const named = files.flatMap((file) => ['-f', file]);
  await exec(istioctl, ['install', '--kubeconfig', cluster.kubeconfig, ...named, '--skip-confirmation'], {
    signal: context.signal,
    timeout: 300_000,
    // Merging charts takes a core for seconds; on a small machine the calls that are made meanwhile time out.
    niceness: 15,
    onLine: (line) => context.log.debug(`${cluster.name}: ${line}`),
    nextStep: `kubectl --kubeconfig ${cluster.kubeconfig} -n ${ISTIO_NAMESPACE} get pods,events`,
  });
}

/** True when the cluster's istiod signs under this root already; an intermediate is not replaced for nothing. */
async function hasAuthority(kube: Kube, root: CertificateAuthority): Promise<boolean> {
  const { items } = await kube.core.listNamespacedSecret({
    namespace: ISTIO_NAMESPACE,
    fieldSelector: 'metadata.name=cacerts',
  });
  const stored = items[0]?.data?.['root-cert.pem'];
  if (stored === undefined) return false;
  if (Buffer.from(stored, 'base64').toString() === root.certificate) return true;
  throw new MeshproofError(
    'environment',
    `the secret ${ISTIO_NAMESPACE}/cacerts holds another root than this environment's`,
    {
      nextStep: 'meshproof env down, then env up: a root is never replaced under a running mesh',
    },
  );
}

/**
 * Gives the gateway's Service the addresses of its nodes: kube-proxy serves a load-balancer address on
 * every node, so that the death of one worker leaves the others. Where the cloud gives it a load balancer, waits until it did.
 */
export async function publishGateway(kube: Kube, cluster: LabCluster, signal?: AbortSignal): Promise<void> {
  if (cluster.gatewayService) {
    await waitFor(
      `${cluster.name}: a load balancer for ${EAST_WEST_GATEWAY}`,
      async () => (await publishedAddresses(cluster)).length > 0,
      {
        timeoutMs: LOAD_BALANCER_MS,
        everyMs: 5000,
        nextStep: `kubectl --kubeconfig ${cluster.kubeconfig} -n ${ISTIO_NAMESPACE} describe service ${EAST_WEST_GATEWAY}`,
        ...(signal ? { signal } : {}),
      },
    );
    return;
  }
  const ingress = gatewayNodes(cluster).map(({ address }) => ({ ip: address }));
  await kube.core.patchNamespacedServiceStatus({
    namespace: ISTIO_NAMESPACE,
    name: EAST_WEST_GATEWAY,
    body: [{ op: 'add', path: '/status/loadBalancer', value: { ingress } }],
  });
}

/** Gives every control plane a secret for every other cluster's API server, and waits until all have synced. */
export async function connect(context: MeshContext): Promise<void> {
  const istioctl = await context.tool('istioctl');
  for (const remote of context.clusters) {
    const secret = await remoteSecret(istioctl, remote, context);
    const others = context.clusters.filter(({ name }) => name !== remote.name);
    await Promise.all(others.map((cluster) => apply(openKube(cluster.kubeconfig), [secret])));
  }
  for (const cluster of context.clusters) {
    await waitFor(
      `${cluster.name}: istiod synchronised with every other cluster`,
      async () => (await missingConnections(istioctl, cluster, context.clusters)).length === 0,
      {
        timeoutMs: 120_000,
        everyMs: 2000,
        signal: context.signal,
        nextStep: `istioctl remote-clusters --kubeconfig ${cluster.kubeconfig}`,
      },
    );
  }
}

/** What another cluster's control plane needs to watch this one's API server. */
export async function remoteSecret(
  istioctl: string,
  remote: LabCluster,
  context: MeshContext,
): Promise<KubernetesObject> {
  const args = ['create-remote-secret', '--kubeconfig', remote.kubeconfig, '--name', remote.name];
  const { stdout } = await exec(istioctl, [...args, ...serverFlag(remote)], { signal: context.signal });
  const [secret] = parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
  if (!secret) throw new MeshproofError('environment', `${remote.name}: istioctl made no remote secret`);
  return secret;
}

/**
 * The other control planes reach an API server of kind over the engine's network, not by its port on the host. One that a cloud runs
 * has no node, and one name for everybody: that of the kubeconfig.
 */
export function serverFlag({ nodes }: LabCluster): string[] {
  const apiServer = nodes.find(({ role }) => role === 'control-plane')?.address;
  return apiServer === undefined ? [] : ['--server', `https://${apiServer}:6443`];
}

/** Removes the control plane and everything of Istio's that is cluster-wide. */
export async function uninstall(context: MeshContext): Promise<void> {
  const istioctl = await context.tool('istioctl');
  for (const cluster of context.clusters) {
    await exec(
      istioctl,
      ['uninstall', '--purge', '--skip-confirmation', '--kubeconfig', cluster.kubeconfig],
      {
        signal: context.signal,
      },
    );
    await openKube(cluster.kubeconfig)
      .core.deleteNamespace({ name: ISTIO_NAMESPACE })
      .catch(() => undefined);
  }
}
