import type { Side } from '../model/comparison.ts';
import { SIDES } from '../model/comparison.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { SIDE_NAMESPACES, sidesArea } from './areas/sides.ts';
import { kubeOf } from './changes-undo.ts';
import { canaryOf } from './mesh-change.ts';
import { restarted, rolledBy, rolledOut } from './rollouts.ts';
import { deployAreas, deployWorld, removeWorld } from './world.ts';
import { RUN_LABEL } from './workloads.ts';

/** Which control plane serves the candidate's side: the mesh's own while identical sides are compared, then the canary. */
export type CandidateOf = 'mesh' | 'canary';

/**
 * Puts both sides into every cluster and waits until they run. A candidate's side that was the other control plane's starts anew.
 * Idempotent. An `environment` error when a proxy says afterwards that it is served by another control plane than it shall.
 */
export async function deploySides(
  lab: Lab,
  { run, candidate, signal }: { run: string; candidate: CandidateOf; signal: AbortSignal },
): Promise<void> {
  const { namespaceLabels } = canaryOf(lab);
  const area = sidesArea((side, { driver }) =>
    side === 'to' && candidate === 'canary' ? namespaceLabels : driver.namespaceLabels,
  );
  await deployAreas(lab, { run, areas: [area] });
  if ((await misplaced(lab, candidate)).length > 0) await renewCandidate(lab, signal);
  const wrong = await misplaced(lab, candidate);
  if (wrong.length > 0)
    throw new MeshproofError(
      'environment',
      `served by another control plane than they shall be: ${wrong.join(', ')}`,
    );
}

/** Puts one side alone into every cluster, with the proxies that the mesh gives now; beside the common workloads. Idempotent. */
export async function deployOneSide(lab: Lab, run: string): Promise<void> {
  await removeSides(lab);
  const area = sidesArea((_, { driver }) => driver.namespaceLabels, ['from']);
  await deployWorld(lab, { run, areas: [area], graceful: true });
}

/** Removes both sides from every cluster. Idempotent. */
export async function removeSides(lab: Lab): Promise<void> {
  const ours = new Set<string>(Object.values(SIDE_NAMESPACES));
  await removeWorld(lab, (namespace) => ours.has(namespace));
}

/** A pod of a side, and where its proxy gets its configuration from. */
export interface ServedPod {
  cluster: string;
  side: Side;
  pod: string;
  address: string;
  canary: boolean;
}

/** All pods of both sides, as their proxies tell. */
export async function servedPods(lab: Lab): Promise<ServedPod[]> {
  const asked = lab.clusters.flatMap((cluster) => SIDES.map((side) => ({ cluster, side })));
  const found = await Promise.all(
    asked.map(async ({ cluster, side }) => {
      const namespace = SIDE_NAMESPACES[side];
      const { items } = await kubeOf(lab, cluster.name).core.listNamespacedPod({ namespace });
      const pods = items.filter(({ metadata }) => !metadata?.deletionTimestamp);
      return Promise.all(
        pods.map(async ({ metadata }): Promise<ServedPod> => {
          const pod = metadata?.name ?? '';
          const served = await canaryOf(lab).servedBy(cluster, { namespace, name: pod });
          return { cluster: cluster.name, side, pod, ...served };
        }),
      );
    }),
  );
  return found.flat();
}

async function misplaced(lab: Lab, candidate: CandidateOf): Promise<string[]> {
  const pods = await servedPods(lab);
  return pods
    .filter(({ side, canary }) => canary !== (side === 'to' && candidate === 'canary'))
    .map(({ cluster, pod, address }) => `${pod} in ${cluster} by ${address}`);
}

async function renewCandidate(lab: Lab, signal: AbortSignal): Promise<void> {
  await Promise.all(
    lab.clusters.map(async ({ name }) => {
      const kube = kubeOf(lab, name);
      const workloads = await rolledBy(kube, [{ namespace: SIDE_NAMESPACES.to, labelSelector: RUN_LABEL }]);
      for (const workload of workloads) await restarted(kube, workload);
      for (const workload of workloads) await rolledOut(kube, workload, signal);
    }),
  );
}
