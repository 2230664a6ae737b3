import type { GrowthComparison } from '../analysis/compare/growth.ts';
import type { Metric } from '../model/comparison.ts';
import type { CostRole } from '../model/cost.ts';
import type { GateFinding } from '../model/gate.ts';

const PROXIES: readonly CostRole[] = ['client-proxy', 'server-proxy', 'gateway'];
/** A tenth of a processor for 1,000 calls a second, for each proxy on the way. */
const CPU = { relative: 0.1, floor: 0.1 };
const MEMORY = { relative: 0.1, floor: 10 };

/** What of `proxyCosts`' figures two sides are compared by; the margins are those of latencies, with floors of their own. */
export const COST_METRICS: readonly Metric[] = [
  ...PROXIES.map((role): Metric => ({ kind: 'ratio', name: `cpuPerCallMs ${role}`, ...CPU })),
  ...[...PROXIES, 'control-plane'].map(
    (role): Metric => ({
      kind: 'ratio',
      name: `memoryMiB ${role}`,
      ...MEMORY,
    }),
  ),
];

/** What the growth of memory on both sides says: each role that fails or is not decided, or that none grows. */
export function growthFindings(growth: readonly GrowthComparison[]): GateFinding[] {
  const weights = { fail: 'against', inconclusive: 'unsettled' } as const;
  const found = growth.flatMap(({ verdict, words }): GateFinding[] =>
    verdict === 'pass' ? [] : [{ source: 'comparison', weight: weights[verdict], words }],
  );
  if (growth.length === 0)
    return [{ source: 'comparison', weight: 'unsettled', words: 'the memory of neither side could be read' }];
  if (found.length > 0) return found;
  const [closest] = growth.toSorted((a, b) => (b.to?.upper ?? 0) - (a.to?.upper ?? 0));
  return [
    {
      source: 'comparison',
      weight: 'for',
      words: `memory was not seen to grow; the widest bounds are those of the ${closest?.words}`,
    },
  ];
}
