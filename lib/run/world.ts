import type { V1Pod } from '@kubernetes/client-node';
import { meshDriver } from '../mesh/registry.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { type Kube, apply, ignoreMissing, openKube, waitFor } from '../support/kube.ts';
import { bundleAgent } from '../probe/bundle.ts';
import {
  headlessObject,
  MESH_NAMESPACE,
  namespaceObjects,
  OUTSIDE_NAMESPACE,
  RUN_LABEL,
  TOLERANT_SERVICE,
  workloadObjects,
  withRunLabels,
  workloads,
} from './workloads.ts';

const NAMESPACES = [MESH_NAMESPACE, OUTSIDE_NAMESPACE] as const;

/** Puts Meshproof's workloads into every cluster at once and waits until all are available. Idempotent. */
export async function deployWorld(lab: Lab, run: string): Promise<void> {
  const agent = await bundleAgent();
  await Promise.all(lab.clusters.map((cluster) => deployInto(cluster, lab, { run, agent })));
  await worldReady(lab, 180_000);
}

async function deployInto(
  cluster: LabCluster,
  lab: Lab,
  { run, agent }: { run: string; agent: string },
): Promise<void> {
  const kube = openKube(cluster.kubeconfig);
  const driver = meshDriver(lab.environment);
  for (const namespace of NAMESPACES) await leftBehindGone(kube, namespace);
  const own = { run, environment: lab.environment.name };
  const options = { cluster, image: lab.images.runtime };
  const objects = [
    ...namespaceObjects(MESH_NAMESPACE, driver.namespaceLabels, agent),
    ...namespaceObjects(OUTSIDE_NAMESPACE, {}, agent),
    // Before the workloads: a policy that comes later finds connections that were made without it.
    ...driver.mtls.acceptPlaintext(MESH_NAMESPACE, { app: TOLERANT_SERVICE }),
    headlessObject(),
    ...workloads(lab.clusters.map(({ name }) => name)).flatMap((workload) =>
      workloadObjects(workload, options),
    ),
  ];
  await apply(kube, withRunLabels(objects, own));
}

/** Waits for a namespace that an earlier run is still deleting. */
async function leftBehindGone(kube: Kube, name: string): Promise<void> {
  await waitFor(
    `namespace ${name} is not being deleted any more`,
    async () => (await ignoreMissing(kube.core.readNamespace({ name })))?.status?.phase !== 'Terminating',
    { timeoutMs: 120_000 },
  );
}

/** Waits until every workload of the run is available: the steady state before and after a fault. */
export async function worldReady(lab: Lab, timeoutMs: number): Promise<void> {
  await Promise.all(
    lab.clusters.map((cluster) => {
      const { apps } = openKube(cluster.kubeconfig);
      return waitFor(
        `${cluster.name}: Meshproof's workloads available`,
        async () => {
          const lists = await Promise.all(
            NAMESPACES.map((namespace) => apps.listNamespacedDeployment({ namespace })),
          );
          const deployments = lists.flatMap(({ items }) => items);
          return deployments.length > 0 && deployments.every(({ status }) => status?.availableReplicas === 1);
        },
        {
          timeoutMs,
          nextStep: `kubectl --kubeconfig ${cluster.kubeconfig} get pods -A; then meshproof sweep`,
        },
      );
    }),
  );
}

/** Deletes Meshproof's namespaces from every cluster and waits until they are gone. Says what was there. */
export async function removeWorld(lab: Lab): Promise<string[]> {
  const removed = await Promise.all(
    lab.clusters.map(async (cluster) => {
      const { core } = openKube(cluster.kubeconfig);
      const { items } = await core.listNamespace({ labelSelector: RUN_LABEL });
      const names = items.map(({ metadata }) => metadata?.name ?? '');
      for (const name of names) await ignoreMissing(core.deleteNamespace({ name }));
      for (const name of names) {
        await waitFor(
          `${cluster.name}: namespace ${name} deleted`,
          async () => (await ignoreMissing(core.readNamespace({ name }))) === undefined,
          { timeoutMs: 120_000 },
        );
      }
      return names.map((name) => `namespace ${name} in ${cluster.name}`);
    }),
  );
  return removed.flat();
}

/** The one running pod of a workload in a cluster; an `environment` error when there is none. */
export async function podOf(cluster: LabCluster, namespace: string, workload: string): Promise<V1Pod> {
  const { core } = openKube(cluster.kubeconfig);
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${workload}` });
  const pod = items.find(
    ({ metadata, status }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
  );
  if (pod) return pod;
  throw new MeshproofError('environment', `${cluster.name}: no running pod of ${namespace}/${workload}`, {
    nextStep: `kubectl --kubeconfig ${cluster.kubeconfig} -n ${namespace} get pods`,
  });
}
