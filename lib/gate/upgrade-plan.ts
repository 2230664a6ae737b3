import { isDeepStrictEqual } from 'node:util';
import type { Side } from '../model/comparison.ts';
import type { MeshSettings, UpgradeStep } from '../model/upgrade.ts';

/**
 * The steps from one side to the other, and the way back. Each cluster in turn, the last one first on the way back, so that
 * clusters of both sides have to talk. In a cluster the control plane first, then the proxies, both times: a proxy gets what
 * the control plane injects when it starts, so it can be brought back by nothing else (Istio, in-place upgrades). A control
 * plane that is the same on both sides has no step; proxies are always renewed, also when they are alike: an identical
 * candidate must have the same trouble.
 */
export function planUpgrade(
  clusters: readonly string[],
  settings: Record<Side, MeshSettings>,
): { upgrade: UpgradeStep[]; rollback: UpgradeStep[] } {
  return {
    upgrade: clusters.flatMap((cluster) => stepsIn(cluster, 'to', settings)),
    rollback: clusters.toReversed().flatMap((cluster) => stepsIn(cluster, 'from', settings)),
  };
}

function stepsIn(cluster: string, to: Side, settings: Record<Side, MeshSettings>): UpgradeStep[] {
  const goal = settings[to];
  const data: UpgradeStep = { cluster, plane: 'data', to, settings: goal };
  const other = settings[to === 'to' ? 'from' : 'to'];
  const ofControlPlane = ({ values, release }: MeshSettings) => [values, release?.hub, release?.tag];
  if (isDeepStrictEqual(ofControlPlane(goal), ofControlPlane(other))) return [data];
  const { values, release } = goal;
  const { proxyImage } = other;
  const between = {
    ...(values ? { values } : {}),
    ...(release ? { release } : {}),
    ...(proxyImage === undefined ? {} : { proxyImage }),
  };
  return [{ cluster, plane: 'control', to, settings: between }, data];
}

/** What a step does, as reports name it: `data plane of east`. */
export function stepWords({ cluster, plane }: Pick<UpgradeStep, 'cluster' | 'plane'>): string {
  return `${plane} plane of ${cluster}`;
}
