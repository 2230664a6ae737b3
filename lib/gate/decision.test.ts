import { expect, test } from '@playwright/test';
import type { GateEvidence, GateWaiver } from '../model/gate.ts';
import type { TestVerdict, Verdict } from '../model/verdict.ts';
import { sampleRun, sampleTest } from '../report/sample-run.ts';
import { decideGate } from './decision.ts';
import { sampleComparison, sampleDropped, sampleEvidence, samplePath } from './sample.ts';

const NOON = Date.parse('2026-03-10T12:00:00Z');
const decided = (changes: Partial<GateEvidence> = {}) => decideGate(sampleEvidence(changes), NOON);

/** Both runs with three kept promises, and one more whose verdicts are given. */
function runs(
  from: Verdict | undefined,
  to: Verdict | undefined,
  capability = 'mtls',
): Partial<GateEvidence> {
  const kept = ['a', 'b', 'c'].map((name) => sampleTest('passed', { id: `dns/names: ${name}` }));
  const one = (verdict: Verdict | undefined): TestVerdict[] =>
    verdict ? [sampleTest(verdict, { id: `${capability}/plain: is refused`, capability })] : [];
  return {
    from: { label: 'now', conformance: sampleRun([...kept, ...one(from)]) },
    to: { label: 'next', conformance: sampleRun([...kept, ...one(to)]) },
  };
}

test('an identical candidate is a GO with three facts', () => {
  const result = decided();
  expect(result).toMatchObject({ decision: 'GO', exitCode: 0, alsoDecided: 1 });
  expect(result.decidedBy.map(({ words }) => words)).toEqual([
    '3 promises are kept',
    'none of 36,000 calls was lost during upgrade and rollback',
    expect.stringMatching(/^of 4 metrics, all within their margins, the closest is .*margin/),
  ]);
});

test('a note decides nothing, and is told as a warning', () => {
  const note = { source: 'preflight', weight: 'note', words: 'east: a field is deprecated' } as const;
  const result = decided({ findings: [note] });
  expect(result).toMatchObject({ decision: 'GO', decidedBy: decided().decidedBy });
  expect(result.warnings).toContain(note.words);
  expect(decided({ findings: [{ ...note, weight: 'against' }] })).toMatchObject({ decision: 'NO-GO' });
});

test('an identical candidate is a GO in 20 of 20', () => {
  const decisions = Array.from({ length: 20 }, (_, index) => {
    const comparison = sampleComparison(samplePath('cross-cluster http'), 100 + index);
    return decided({ comparison }).decision;
  });
  expect(decisions).toEqual(Array.from({ length: 20 }, () => 'GO'));
});

// What the candidate's run says, what the other's said, and what that decides (exit codes of DESIGN.md §2).
for (const [from, to, decision, exitCode, change] of [
  ['passed', 'failed', 'NO-GO', 1, 'broken'],
  [undefined, 'failed', 'NO-GO', 1, 'broken'],
  ['inconclusive', 'failed', 'NO-GO', 1, 'broken'],
  ['failed', 'failed', 'INCONCLUSIVE', 2, 'broken-before'],
  ['passed', 'inconclusive', 'INCONCLUSIVE', 2, 'not-shown'],
  ['inconclusive', 'inconclusive', 'INCONCLUSIVE', 2, 'not-shown'],
  ['passed', 'not-applicable', 'INCONCLUSIVE', 2, 'not-shown'],
  ['passed', undefined, 'INCONCLUSIVE', 2, 'not-shown'],
  ['passed', 'broken', 'BROKEN', 3, 'not-shown'],
  ['failed', 'passed', 'GO', 0, 'mended'],
  ['broken', 'passed', 'GO', 0, 'mended'],
  ['not-applicable', 'not-applicable', 'GO', 0, undefined],
] as const) {
  test(`a promise that was ${from ?? 'not run'} and is ${to ?? 'not run'} makes it ${decision}`, () => {
    const result = decided(runs(from, to));
    expect(result).toMatchObject({ decision, exitCode });
    expect(result.promises.changed.map(({ change }) => change)).toEqual(change ? [change] : []);
  });
}

test('a run in which no promise was kept is no GO', () => {
  const empty = { label: 'now', conformance: sampleRun([sampleTest('not-applicable')]) };
  expect(decided({ from: empty, to: { ...empty, label: 'next' } }).decision).toBe('INCONCLUSIVE');
});

for (const [what, missing] of [
  ['promises', { to: { label: 'next', conformance: undefined } }],
  ['traffic', { traffic: undefined }],
  [
    'traffic during the rollback',
    { traffic: { phases: [{ phase: 'upgrade', calls: 10, ended: [] }], dropped: [] } },
  ],
  ['a comparison', { comparison: undefined }],
  ['faults', { failovers: [] }],
] as const satisfies [string, Partial<GateEvidence>][]) {
  test(`a gate without ${what} is INCONCLUSIVE`, () => {
    expect(decided(missing).decision).toBe('INCONCLUSIVE');
  });
}

test('sides in different environments are not compared', () => {
  const { to } = sampleEvidence();
  const elsewhere = to.conformance && { ...to.conformance, environment: 'other' };
  expect(decided({ to: { ...to, conformance: elsewhere } }).decidedBy[0]?.words).toBe(
    'the sides ran in different environments: lab, other',
  );
});

// The planted candidates of the issue that the pure part can show, each for its own reason.
for (const [what, changes, reason] of [
  [
    '8 ms more in each hop',
    {
      comparison: sampleComparison(
        samplePath('cross-cluster http', (metric) =>
          metric === 'errors' ? {} : { ratio: { p50: 36 / 20, p95: 56 / 40, p99: 76 / 60 }[metric] },
        ),
      ),
    },
    /^p50 cross-cluster http: /,
  ],
  [
    '0.2 % of the requests reset',
    {
      comparison: sampleComparison(
        samplePath('cross-cluster http', (metric) => (metric === 'errors' ? { to: 0.002 } : {})),
      ),
    },
    /^error ratio cross-cluster http: 0 of \d+ → \d+ of \d+, \+0\.\d+ pp/,
  ],
  [
    'connections dropped on drain',
    {
      traffic: {
        phases: [{ phase: 'upgrade', calls: 9, ended: [] }],
        dropped: [sampleDropped(), sampleDropped()],
      },
    },
    /^2 calls were lost during the upgrade \(data plane of east\), .*reset, the first at 00:10:00.120 UTC: the proxy closed/,
  ],
  [
    'a call that nobody can explain',
    {
      traffic: {
        phases: [],
        dropped: [sampleDropped({ phase: 'rollback', cause: { by: 'unknown', words: '' } })],
      },
    },
    /^1 call was lost during the rollback .* at 00:10:00.120 UTC: nobody knows why$/,
  ],
  [
    'mTLS relaxed',
    runs('passed', 'failed'),
    /^mtls\/plain: is refused failed on the candidate \(passed before\)/,
  ],
] as const satisfies [string, Partial<GateEvidence>, RegExp][]) {
  test(`${what}: NO-GO, and that is the first fact`, () => {
    const result = decided(changes);
    expect(result.decision).toBe('NO-GO');
    expect(result.decidedBy[0]?.words).toMatch(reason);
  });
}

test('what a proxy costs is a metric like any other', () => {
  const memory = { kind: 'ratio', name: 'proxyMemoryBytes', relative: 0.1, floor: 1_000_000 } as const;
  const { decision, decidedBy } = decided({
    comparison: sampleComparison([{ metric: memory, base: 60e6, ratio: 1.3, sd: 0.02 }]),
  });
  expect(decision).toBe('NO-GO');
  expect(decidedBy[0]?.words).toMatch(/^proxy memory: \d+ B → \d+ B, \+\d/);
});

test('a call that was lost because of the machine says nothing of the mesh', () => {
  const dropped = [sampleDropped({ cause: { by: 'machine', words: 'its host took the processors away' } })];
  const { traffic } = sampleEvidence();
  const few = traffic && { ...traffic, dropped };
  expect(decided({ traffic: few }).decision, 'a few are no matter').toBe('GO');
  const many = few && { ...few, dropped: Array.from({ length: 100 }, () => dropped).flat() };
  expect(decided({ traffic: many }).decision).toBe('INCONCLUSIVE');
});

test('the facts come from all sources in turn, what is lost of identity first', () => {
  const result = decided({
    ...runs('passed', 'failed', 'policy'),
    traffic: { phases: [], dropped: [sampleDropped(), sampleDropped({ path: 'another' })] },
    findings: [{ source: 'preflight', weight: 'against', words: 'the skew is not supported' }],
  });
  expect(result.decidedBy.map(({ source }) => source)).toEqual(['conformance', 'preflight', 'traffic']);
  expect(result.alsoDecided).toBe(1);
});

test('a shown failure outranks what is broken, and that what is not settled', () => {
  const broken = {
    source: 'environment',
    weight: 'broken',
    words: 'the API server of east is gone',
  } as const;
  expect(decided({ findings: [broken], traffic: undefined }).decision).toBe('BROKEN');
  expect(decided({ findings: [broken], ...runs('passed', 'failed') }).decision).toBe('NO-GO');
});

const waiver: GateWaiver = {
  match: 'mtls/plain: is refused',
  reason: 'the legacy port is closed in April',
  owner: 'team mesh',
  expires: '2026-03-10',
};

test('a waiver excuses what it matches, to the end of its day, and is named', () => {
  const result = decided({ ...runs('passed', 'failed'), waivers: [waiver] });
  expect(result).toMatchObject({
    decision: 'GO',
    waivers: { applied: [{ waiver }], expired: [], unused: [] },
  });
});

for (const [from, to] of [
  ['passed', 'failed'],
  ['failed', 'failed'],
] as const) {
  test(`an expired waiver fails, with a promise that was ${from} and is ${to}`, () => {
    const expired = { ...waiver, expires: '2026-03-09' };
    const result = decided({ ...runs(from, to), waivers: [expired] });
    expect(result.decision).toBe('NO-GO');
    expect(result.decidedBy[0]?.words).toContain(
      '(its waiver expired on 2026-03-09: the legacy port is closed in April, team mesh)',
    );
    expect(result.waivers.expired).toHaveLength(1);
  });
}

test('a waiver that excuses nothing is named, expired or not, and what is broken is not waived', () => {
  const other = { ...waiver, match: 'something else', expires: '2020-01-01' };
  expect(decided({ waivers: [other] })).toMatchObject({ decision: 'GO', waivers: { unused: [other] } });
  expect(decided({ ...runs('passed', 'broken'), waivers: [waiver] }).decision).toBe('BROKEN');
});

test('a comparison one after the other, and margins that noise has widened, are a warning', () => {
  const comparison = sampleComparison(samplePath('x'));
  const [first, ...rest] = comparison.metrics;
  const result = decided({
    comparison: {
      ...comparison,
      plan: { ...comparison.plan, design: 'before-after' },
      metrics: first ? [{ ...first, margin: { limit: 0.4, by: 'spread' } }, ...rest] : [],
    },
  });
  expect(result.warnings.join()).toMatch(/one after the other.*margins? .*wider than asked for/);
});
