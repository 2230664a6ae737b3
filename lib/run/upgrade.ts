import type { Lab } from '../model/lab.ts';
import type { RunningProxy, UpgradeStep } from '../model/upgrade.ts';
import type { Changes } from './changes.ts';
import { type MeshChangeOptions, runningProxies } from './mesh-change.ts';

/** A step that was taken. */
export interface StepTaken {
  step: UpgradeStep;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  /** Workloads and gateways that were started anew, in this order; those that the mesh's installer renews are not among them. */
  renewed: string[];
  /** What the proxies of the cluster say afterwards that they run. */
  proxies: RunningProxy[];
}

/**
 * Takes one step of an upgrade or of its way back. What undoes it is in the journal of `changes` before anything is touched.
 * After a step of the data plane no proxy of ours and of the gateways is left that was there before it.
 */
export async function takeStep(
  lab: Lab,
  changes: Pick<Changes, 'mesh'>,
  step: UpgradeStep,
  options: MeshChangeOptions = {},
): Promise<StepTaken> {
  const { cluster, plane, settings } = step;
  const startedAt = Date.now();
  const renewed = await changes.mesh(cluster, settings, { ...options, renew: plane === 'data' });
  const endedAt = Date.now();
  return { step, startedAt, endedAt, renewed, proxies: await runningProxies(lab, cluster) };
}
