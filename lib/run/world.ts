import type { V1Pod } from '@kubernetes/client-node';
import { meshDriver } from '../mesh/registry.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { type Kube, apply, ignoreMissing, openKube, waitFor } from '../support/kube.ts';
import { bundleAgent } from '../probe/bundle.ts';
import type { Area } from './area.ts';
import {
  headlessObject,
  MESH_NAMESPACE,
  namespaceObjects,
  OUTSIDE_NAMESPACE,
  RUN_LABEL,
  workloadObjects,
  withRunLabels,
  workloads,
} from './workloads.ts';

/** What is deployed for a run: the common workloads, and those of the areas that its suites need. */
interface WorldOptions {
  run: string;
  areas: readonly Area[];
  /** Services can be renewed under calls without a gap of their own: what is lost then, the mesh lost. Ends are slower. */
  graceful?: boolean;
}

/** Puts Meshproof's workloads into every cluster at once and waits until all are available. Idempotent. */
export async function deployWorld(lab: Lab, options: WorldOptions): Promise<void> {
  await deployAreas(lab, { ...options, areas: [commonArea, ...options.areas] });
}

/** As {@link deployWorld}, these areas alone. */
export async function deployAreas(lab: Lab, options: WorldOptions): Promise<void> {
  const agent = await bundleAgent();
  await Promise.all(lab.clusters.map((cluster) => deployInto(cluster, lab, { ...options, agent })));
  await worldReady(lab, 180_000);
}

/** What every run has. */
const commonArea: Area = {
  namespaces: ({ driver }) => ({ [MESH_NAMESPACE]: driver.namespaceLabels, [OUTSIDE_NAMESPACE]: {} }),
  objects: (context) => [
    headlessObject(),
    ...workloads(context.clusters.map(({ name }) => name)).flatMap((workload) =>
      workloadObjects(workload, context),
    ),
  ],
};

/** As {@link deployAreas}, for one cluster; does not wait. */
async function deployInto(
  cluster: LabCluster,
  lab: Lab,
  { run, areas, agent, graceful = false }: WorldOptions & { agent: string },
): Promise<void> {
  const kube = openKube(cluster.kubeconfig);
  const own = { run, environment: lab.environment.name };
  const { clusters, environment, images } = lab;
  const driver = meshDriver(environment);
  const context = { cluster, clusters, environment, driver, image: images.runtime, graceful };
  const namespaces: Record<string, Record<string, string>> = Object.assign(
    {},
    ...areas.map((area) => area.namespaces?.(context) ?? {}),
  );
  for (const namespace of Object.keys(namespaces)) await leftBehindGone(kube, namespace);
  const objects = [
    ...Object.entries(namespaces).flatMap(([name, labels]) => namespaceObjects(name, labels, agent)),
    ...areas.flatMap((area) => area.objects(context)),
  ];
  await apply(kube, withRunLabels(podsLast(objects), own));
}

const RUNS_PODS = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/**
 * Services and rules before the pods that they are for: no proxy is told of each of them one by one while it starts. And
 * an istiod with MCS that sees an EndpointSlice before its Service keeps its endpoints for their own cluster until the
 * slice changes (Istio 1.31, `EndpointDiscoverabilityPolicy`).
 */
export function podsLast<T extends { kind?: string }>(objects: readonly T[]): T[] {
  const runsPods = ({ kind = '' }: T) => RUNS_PODS.has(kind);
  return [...objects.filter((one) => !runsPods(one)), ...objects.filter(runsPods)];
}

/** Waits for a namespace that an earlier run is still deleting. */
async function leftBehindGone(kube: Kube, name: string): Promise<void> {
  await waitFor(
    `namespace ${name} is not being deleted any more`,
    async () => (await ignoreMissing(kube.core.readNamespace({ name })))?.status?.phase !== 'Terminating',
    { timeoutMs: 120_000 },
  );
}

/** Waits until every workload of the run has all its pods available: the steady state before and after a fault. */
export async function worldReady(lab: Lab, timeoutMs: number): Promise<void> {
  await Promise.all(
    lab.clusters.map(({ name, kubeconfig }) => {
      const kube = openKube(kubeconfig);
      return waitFor(`${name}: Meshproof's workloads available`, () => allAvailable(kube), {
        timeoutMs,
        nextStep: `kubectl --kubeconfig ${kubeconfig} get pods -A; then meshproof sweep`,
      });
    }),
  );
}

async function allAvailable({ apps }: Kube): Promise<boolean> {
  const ours = { labelSelector: RUN_LABEL };
  const [deployments, sets, daemons] = await Promise.all([
    apps.listDeploymentForAllNamespaces(ours),
    apps.listStatefulSetForAllNamespaces(ours),
    apps.listDaemonSetForAllNamespaces(ours),
  ]);
  const counts = [
    ...[...deployments.items, ...sets.items].map(({ spec, status, metadata }) => ({
      wanted: spec?.replicas ?? 1,
      available: status?.availableReplicas ?? 0,
      current: status?.observedGeneration === metadata?.generation,
    })),
    ...daemons.items.map(({ status, metadata }) => ({
      wanted: status?.desiredNumberScheduled ?? 1,
      available: status?.numberAvailable ?? 0,
      current: status?.observedGeneration === metadata?.generation,
    })),
  ];
  return (
    counts.length > 0 && counts.every(({ wanted, available, current }) => current && available === wanted)
  );
}

/** Deletes Meshproof's namespaces, or those `which`, from every cluster and waits until they are gone. Says what was there. */
export async function removeWorld(
  lab: Lab,
  which: (namespace: string) => boolean = () => true,
): Promise<string[]> {
  const removed = await Promise.all(
    lab.clusters.map(async (cluster) => {
      const { core } = openKube(cluster.kubeconfig);
      const names = (await runNamespaces(cluster)).filter(which);
      for (const name of names) {
        await ignoreMissing(core.deleteNamespace({ name }));
        // Nobody waits for agents to drain, and a namespace whose pods are gone is gone in one pass of its controller.
        await core.deleteCollectionNamespacedPod({ namespace: name, gracePeriodSeconds: 0 });
      }
      for (const name of names) {
        await waitFor(
          `${cluster.name}: namespace ${name} deleted`,
          async () => (await ignoreMissing(core.readNamespace({ name }))) === undefined,
          { timeoutMs: 120_000 },
        );
      }
      return names.map((name) => namespaceWords(name, cluster));
    }),
  );
  return removed.flat();
}

/** The namespaces of a run that are in the clusters, in words. */
export async function worldIn(lab: Lab): Promise<string[]> {
  const found = await Promise.all(
    lab.clusters.map(async (cluster) =>
      (await runNamespaces(cluster)).map((name) => namespaceWords(name, cluster)),
    ),
  );
  return found.flat();
}

async function runNamespaces({ kubeconfig }: LabCluster): Promise<string[]> {
  const { items } = await openKube(kubeconfig).core.listNamespace({ labelSelector: RUN_LABEL });
  return items.map(({ metadata }) => metadata?.name ?? '');
}

function namespaceWords(name: string, cluster: LabCluster): string {
  return `namespace ${name} in ${cluster.name}`;
}

/** The first running pod of a workload in a cluster, or the one of this name; an `environment` error when there is none. */
export async function podOf(
  cluster: LabCluster,
  namespace: string,
  workload: string,
  name?: string,
): Promise<V1Pod> {
  const { core } = openKube(cluster.kubeconfig);
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${workload}` });
  const pod = items.find(
    ({ metadata, status }) =>
      status?.phase === 'Running' &&
      !metadata?.deletionTimestamp &&
      (name === undefined || metadata?.name === name),
  );
  if (pod) return pod;
  throw new MeshproofError(
    'environment',
    `${cluster.name}: no running pod ${name ?? `of ${namespace}/${workload}`}`,
    { nextStep: `kubectl --kubeconfig ${cluster.kubeconfig} -n ${namespace} get pods` },
  );
}
