import type { V1Pod } from '@kubernetes/client-node';
import type { MeshCanary, MeshUpgrade, UpgradeContext } from '../mesh/contracts.ts';
import { meshDriver } from '../mesh/registry.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import type { MeshSettings, RunningProxy } from '../model/upgrade.ts';
import { MeshproofError } from '../support/errors.ts';
import { ignoreMissing, openKube } from '../support/kube.ts';
import { type Log, silentLog } from '../support/log.ts';
import { environmentDir } from '../support/paths.ts';
import { restarted, rolledOut, type Rolled, rolledBy } from './rollouts.ts';
import { RUN_LABEL } from './workloads.ts';

export interface MeshChangeOptions {
  log?: Log;
  signal?: AbortSignal;
  /** Is given each workload that is started anew, and what starts it and waits for it; it must be called once. */
  around?: (workload: Rolled, restart: () => Promise<void>) => Promise<void>;
}

/** A pod with a proxy that is ours to renew: a workload of Meshproof's, or a gateway. */
export interface ProxiedPod {
  namespace: string;
  name: string;
  uid: string;
  labels: Record<string, string>;
}

/** Gives one cluster of a lab these settings; none: those that it was installed with. Proxies keep theirs until they start anew. */
export async function bringMesh(
  lab: Lab,
  cluster: string,
  settings: MeshSettings,
  options: MeshChangeOptions = {},
): Promise<void> {
  await upgradeOf(lab).bring(clusterOf(lab, cluster), settings, upgradeContext(lab, options));
}

/** Adds a second control plane with these settings to one cluster of a lab; see {@link MeshCanary}. */
export async function addCanary(
  lab: Lab,
  cluster: string,
  settings: MeshSettings,
  options: MeshChangeOptions = {},
): Promise<void> {
  await canaryOf(lab).add(clusterOf(lab, cluster), settings, upgradeContext(lab, options));
}

/** Removes the second control plane of one cluster of a lab, and says what of it was there. Idempotent. */
export async function removeCanary(lab: Lab, cluster: string): Promise<string[]> {
  return canaryOf(lab).remove(clusterOf(lab, cluster));
}

/** What a driver needs to change a lab's mesh, or to look at a change. */
export function upgradeContext(
  lab: Lab,
  { log = silentLog, signal = new AbortController().signal }: MeshChangeOptions = {},
): UpgradeContext {
  return {
    clusters: lab.clusters,
    tool: async () => lab.tools.istioctl,
    stateDir: environmentDir(lab.environment.name),
    log,
    signal,
  };
}

/** Pods with a proxy that are of a workload of Meshproof's, or of a gateway; not those that end. */
export async function proxiedPods(lab: Lab, cluster: string): Promise<ProxiedPod[]> {
  const { core } = openKube(clusterOf(lab, cluster).kubeconfig);
  const { gateways, proxyContainer } = upgradeOf(lab);
  const { items: own } = await core.listNamespace({ labelSelector: RUN_LABEL });
  const where = [
    { namespace: gateways.namespace, labelSelector: `app=${gateways.app}` },
    ...own.map(({ metadata }) => ({ namespace: metadata?.name ?? '' })),
  ];
  const lists = await Promise.all(where.map((list) => core.listNamespacedPod(list)));
  return lists
    .flatMap(({ items }) => items)
    .filter((pod) => !pod.metadata?.deletionTimestamp && hasContainer(pod, proxyContainer))
    .map(({ metadata }) => ({
      namespace: metadata?.namespace ?? '',
      name: metadata?.name ?? '',
      uid: metadata?.uid ?? '',
      labels: metadata?.labels ?? {},
    }));
}

/**
 * Lets every workload start anew, one after the other by its own rollout strategy, that has a proxy for which `isOld`; waits
 * until each is ready with none of its former pods left. Gateways that roll out already are waited for. Gives their names.
 */
export async function renewProxies(
  lab: Lab,
  cluster: string,
  isOld: (pod: ProxiedPod) => boolean,
  { log = silentLog, signal, around = (_, restart) => restart() }: MeshChangeOptions = {},
): Promise<string[]> {
  const kube = openKube(clusterOf(lab, cluster).kubeconfig);
  const { gateways } = upgradeOf(lab);
  const workloads = await rolledBy(kube, [
    { namespace: gateways.namespace, labelSelector: `app=${gateways.app}` },
    { labelSelector: RUN_LABEL },
  ]);
  const renewed: string[] = [];
  for (const workload of workloads) {
    await rolledOut(kube, workload, signal);
    const pods = await proxiedPods(lab, cluster);
    if (!pods.some((pod) => belongs(pod, workload) && isOld(pod))) continue;
    const name = `${workload.namespace}/${workload.name}`;
    log.info(`${cluster}: ${name} starts anew`);
    await around(workload, async () => {
      await restarted(kube, workload);
      await rolledOut(kube, workload, signal);
    });
    renewed.push(name);
  }
  return renewed;
}

/** What every proxy of ours and of the gateways says itself that it runs. A pod that ends meanwhile is left out. */
export async function runningProxies(lab: Lab, cluster: string): Promise<RunningProxy[]> {
  const { core } = openKube(clusterOf(lab, cluster).kubeconfig);
  const found: RunningProxy[] = [];
  for (const { namespace, name } of await proxiedPods(lab, cluster)) {
    try {
      const version = await upgradeOf(lab).proxyVersion(clusterOf(lab, cluster), { namespace, name });
      found.push({ cluster, namespace, pod: name, version });
    } catch (error) {
      const pod = await ignoreMissing(core.readNamespacedPod({ namespace, name }));
      if (pod && !pod.metadata?.deletionTimestamp) throw error;
    }
  }
  return found;
}

function belongs({ namespace, labels }: ProxiedPod, workload: Rolled): boolean {
  return (
    namespace === workload.namespace &&
    Object.entries(workload.selector).every(([key, value]) => labels[key] === value)
  );
}

function hasContainer({ spec }: V1Pod, wanted: string): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ name }) => name === wanted);
}

/** How the lab's mesh is upgraded; `not-applicable` where its driver cannot. */
export function upgradeOf(lab: Lab): MeshUpgrade {
  const { upgrade, name } = meshDriver(lab.environment);
  if (upgrade) return upgrade;
  throw new MeshproofError('not-applicable', `the driver ${name} gives a mesh in use no other settings`);
}

/** How the lab's mesh gets a second control plane; `not-applicable` where its driver knows none. */
export function canaryOf(lab: Lab): MeshCanary {
  const { canary, name } = meshDriver(lab.environment);
  if (canary) return canary;
  throw new MeshproofError('not-applicable', `the driver ${name} gives a cluster no second control plane`);
}

/** A cluster of the lab. */
export function clusterOf(lab: Lab, name: string): LabCluster {
  const found = lab.clusters.find((cluster) => cluster.name === name);
  if (!found) throw new MeshproofError('bug', `no cluster ${name} in the lab`);
  return found;
}
