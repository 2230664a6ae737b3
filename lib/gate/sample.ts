import { type Block, compareBlocks, planBeforeAfter } from '../analysis/compare/blocks.ts';
import { compareSides } from '../analysis/compare/compare.ts';
import { compareFailovers } from '../analysis/compare/failover.ts';
import { pathMetrics, planComparison } from '../analysis/compare/plan.ts';
import { type SyntheticMetric, syntheticRounds } from '../analysis/compare/synthetic-rounds.ts';
import type { Comparison, Round } from '../model/comparison.ts';
import type { DroppedCall, GateEvidence } from '../model/gate.ts';
import type { PodEvent } from '../model/upgrade-record.ts';
import { sampleRun, sampleTest } from '../report/sample-run.ts';
import { seededRandom } from '../run/shuffle.ts';

/** A path as on two shared cores, without errors; `change` is what the candidate does to each metric. */
export function samplePath(
  path: string,
  change: (metric: 'p50' | 'p95' | 'p99' | 'errors') => Partial<SyntheticMetric> = () => ({}),
): SyntheticMetric[] {
  const [p50, p95, p99, errors] = pathMetrics(path);
  if (!p50 || !p95 || !p99 || !errors) return [];
  return [
    { metric: p50, base: 20, sd: 0.05, ...change('p50') },
    { metric: p95, base: 40, sd: 0.1, ...change('p95') },
    { metric: p99, base: 60, sd: 0.15, ...change('p99') },
    { metric: errors, base: 0, ...change('errors') },
  ];
}

/** A comparison that was planned from an A/A and made round by round; `disturb` changes what was measured. */
export function sampleComparison(
  candidate: readonly SyntheticMetric[],
  seed = 1,
  disturb: (rounds: Round[]) => void = () => undefined,
): Comparison {
  const random = seededRandom(seed);
  const identical = candidate.map((one) => ({ ...one, ratio: 1, to: one.base }));
  const plan = planComparison({
    metrics: candidate.map(({ metric }) => metric),
    aa: syntheticRounds(identical, { count: 8, random }),
    design: 'interleaved',
    seed,
    discardAbove: { latenessP99Ms: 10, stolenShare: 0.25 },
    mostRounds: 20,
  });
  const rounds = syntheticRounds(candidate, { count: plan.mostRounds, random });
  disturb(rounds);
  for (let made = 1; ; made++) {
    const found = compareSides(plan, rounds.slice(0, made));
    if (found.finished) return found;
  }
}

/** A comparison before and after; `drift` makes what runs now so many times slower after the way back. */
export function sampleBeforeAfter(candidate: readonly SyntheticMetric[], drift = 1): Comparison {
  const random = seededRandom(1);
  const identical = candidate.map((one) => ({ ...one, ratio: 1, to: one.base }));
  const block = (made: readonly SyntheticMetric[], slower = 1): Block =>
    syntheticRounds(made, { count: 20, random }).map(({ number, to }) => {
      for (const [name, figure] of Object.entries(to.figures)) to.figures[name] = (figure ?? 0) * slower;
      return { number, side: to };
    });
  const before = block(identical);
  const plan = planBeforeAfter({
    metrics: candidate.map(({ metric }) => metric),
    before,
    seed: 1,
    discardAbove: { latenessP99Ms: 10, stolenShare: 0.25 },
    mostRounds: 20,
  });
  return compareBlocks(plan, { before, after: block(candidate), again: block(identical, drift) });
}

/** A call that the mesh lost while the data plane of east was upgraded. */
export function sampleDropped(changes: Partial<DroppedCall> = {}): DroppedCall {
  return {
    at: '2026-01-01T00:10:00.120Z',
    phase: 'upgrade',
    step: 'data plane of east',
    path: 'cart in west → payments in east, http',
    outcome: 'reset',
    cause: { by: 'mesh', words: 'the proxy closed the connection while it drained' },
    ...changes,
  };
}

/** Something that happens to a pod of a service; `at` on whatever clock the test has. */
export function samplePodEvent(
  at: number,
  what: PodEvent['what'],
  changes: Partial<PodEvent> = {},
): PodEvent {
  return {
    at,
    cluster: 'east',
    namespace: 'shop',
    pod: 'ledger-1',
    app: 'ledger',
    role: 'workload',
    address: '10.10.1.5',
    what,
    ...changes,
  };
}

/** Evidence of an identical candidate that keeps every promise; `changes` spoil it. */
export function sampleEvidence(changes: Partial<GateEvidence> = {}): GateEvidence {
  const tests = ['a', 'b', 'c'].map((name) =>
    sampleTest('passed', { id: `dns/names: ${name}`, title: name }),
  );
  const fault = { fault: 'node kill in east', from: [2100], to: [2300], budgetMs: 5000, resolutionMs: 20 };
  return {
    run: 'gate-1',
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:30:00.000Z',
    command: 'meshproof gate --from proxy=1.39.0 --to proxy=1.40.0 --seed 7',
    seed: 7,
    from: { label: 'proxy 1.39.0', conformance: sampleRun(tests) },
    to: {
      label: 'proxy 1.40.0',
      conformance: { ...sampleRun(tests), run: 'run-2', versions: { istio: '1.31.0', envoy: '1.40.0' } },
    },
    traffic: {
      phases: [
        { phase: 'upgrade', calls: 24_000, ended: [] },
        { phase: 'rollback', calls: 12_000, ended: [] },
      ],
      dropped: [],
    },
    comparison: sampleComparison(samplePath('cross-cluster http')),
    failovers: [compareFailovers(fault, { faults: 1, random: seededRandom(1) })],
    findings: [],
    waivers: [],
    ...changes,
  };
}
