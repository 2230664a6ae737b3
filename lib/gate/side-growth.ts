import { compareGrowth, type GrowthComparison } from '../analysis/compare/growth.ts';
import { analyseCosts, costedCalls } from '../analysis/costs.ts';
import type { Recording } from '../model/call-plan.ts';
import { type Side, SIDES } from '../model/comparison.ts';
import type { CostReadings, MeteredContainer } from '../model/cost.ts';
import type { Lab } from '../model/lab.ts';
import { SIDE_CALLER, SIDE_NAMESPACES } from '../run/areas/sides.ts';
import { footprintOf, runningContainer } from '../run/cost/containers.ts';
import { type CostMeter, joinReadings, startMeter } from '../run/cost/meter.ts';
import { openKube } from '../support/kube.ts';
import type { Alongside, Measured } from './alongside.ts';

/** Looks at the memory of both sides' proxies while the candidate is compared. */
export interface GrowthWatch {
  alongside(of: Measured): Promise<Alongside>;
  /** What it came to over all rounds; empty where nothing was read. */
  compare(): GrowthComparison[];
}

/** Where the proxies of a side are while both are there, or one after the other; identical sides say nothing of the candidate. */
const READ_IN: Record<Measured, Partial<Record<Side, string>> | undefined> = {
  identical: undefined,
  candidate: SIDE_NAMESPACES,
  before: { from: SIDE_NAMESPACES.from },
  after: { to: SIDE_NAMESPACES.from },
  again: undefined,
};

/** Two readings a round, less a third for the warm-up: as many as bounds of a slope take (memory-growth.ts). */
export const GROWTH_ROUNDS = 8;

/**
 * A round is short beside what a leak takes to show: readings and calls of all rounds are taken together. Nothing is read while
 * calls are timed.
 */
export function watchGrowth(lab: Lab): GrowthWatch {
  const readings: Record<Side, CostReadings[]> = { from: [], to: [] };
  const calls: Record<Side, Recording[]> = { from: [], to: [] };
  const begin = async (): Promise<CostMeter> =>
    startMeter(lab, await proxiesOfSides(lab), { meanwhile: false });
  return {
    async alongside(of) {
      const namespaces = READ_IN[of];
      const meter = namespaces ? await begin() : undefined;
      return {
        async end(made) {
          const all = await meter?.stop();
          for (const side of SIDES) {
            const own = namespaces?.[side];
            if (!all || own === undefined) continue;
            const containers = all.containers.filter(({ namespace }) => namespace === own);
            readings[side].push({ ...all, containers });
            calls[side].push(...made[side]);
          }
        },
        cancel: async () => void (await meter?.stop().catch(() => undefined)),
      };
    },
    compare() {
      if (SIDES.some((side) => readings[side].length === 0)) return [];
      const growth = (side: Side) =>
        analyseCosts(joinReadings(readings[side]), costedCalls(calls[side])).growth;
      return compareGrowth(growth('from'), growth('to'));
    },
  };
}

/** The containers of both sides' proxies, as they run now. Gateways and control plane serve both, or one side only. */
async function proxiesOfSides(lab: Lab): Promise<MeteredContainer[]> {
  const { proxyContainer } = footprintOf(lab);
  const found = await Promise.all(
    lab.clusters.flatMap(({ name: cluster, kubeconfig }) =>
      SIDES.map(async (side) => {
        const { items } = await openKube(kubeconfig).core.listNamespacedPod({
          namespace: SIDE_NAMESPACES[side],
        });
        return items.flatMap((pod) => {
          const isCaller = pod.metadata?.labels?.['app'] === SIDE_CALLER;
          const role = isCaller ? 'client-proxy' : 'server-proxy';
          return runningContainer(pod, { role, cluster, container: proxyContainer }) ?? [];
        });
      }),
    ),
  );
  return found.flat();
}
