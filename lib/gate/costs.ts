import type { GrowthComparison } from '../analysis/compare/growth.ts';
import type { GateFinding } from '../model/gate.ts';

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
