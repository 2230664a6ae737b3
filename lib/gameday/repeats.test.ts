import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { judgeRepeats } from './repeats.ts';
import { resultOf } from './result.ts';
import { sampleEnded, sampleFault, sampleRecording, sampleScenario } from './sample.ts';

const scenario = sampleScenario();

/** A repeat in which nothing was answered for so many seconds after the fault. */
function repeat(outageS: number, changes: Partial<Parameters<typeof resultOf>[0]> = {}) {
  const recording = sampleRecording((ms) =>
    ms >= 10_000 && ms < 10_000 + 1000 * outageS ? { outcome: 'connect-timeout' } : {},
  );
  return resultOf(sampleEnded(fakeLab(), { recordings: new Map([['shop', recording]]), ...changes }));
}

test('six repeats within the targets pass, with the median and its interval', () => {
  const { verdict, reasons, figures, counted } = judgeRepeats(
    scenario,
    [0.4, 0.6, 0.8, 1, 1.2, 1.4].map((outage) => repeat(outage)),
  );
  expect([verdict, reasons, counted]).toEqual(['passed', [], 6]);
  const gap = figures.find(({ figure }) => figure === 'longest gap');
  expect(gap?.interval?.median).toBeCloseTo(920, -1);
  expect(gap?.words).toMatch(/^shop: longest gap: median 920 ms \(420 ms … 1\.42 s, 96\.88 %\), target 2 s$/);
});

test('five are too few', () => {
  const { verdict, reasons } = judgeRepeats(
    scenario,
    [1, 1, 1, 1, 1].map((outage) => repeat(outage)),
  );
  expect(verdict).toBe('inconclusive');
  expect(reasons.join()).toContain('5 repeats are too few for an interval of 95 %: six at least');
});

test('an interval that holds the target is no verdict; one beyond it is a broken promise', () => {
  // The longest gap may be 2 s.
  const around = judgeRepeats(
    scenario,
    [1, 1.2, 1.4, 1.6, 1.8, 2.5].map((outage) => repeat(outage)),
  );
  expect([around.verdict, around.reasons.some((one) => one.includes('longest gap: median'))]).toEqual([
    'inconclusive',
    true,
  ]);
  const beyond = judgeRepeats(
    scenario,
    [2.2, 2.3, 2.4, 2.5, 2.6, 2.7].map((outage) => repeat(outage)),
  );
  expect(beyond.verdict).toBe('failed');
});

test('one bad repeat of nine does not move the median beyond its target', () => {
  const { verdict } = judgeRepeats(
    scenario,
    [1, 1, 1, 1, 1, 1, 1, 1, 3].map((outage) => repeat(outage)),
  );
  expect(verdict).toBe('passed');
});

test('a repeat without a verdict does not count; one that broke something decides', () => {
  const good = [1, 1, 1, 1, 1].map((outage) => repeat(outage));
  const open = repeat(1, { faults: [sampleFault(10, 20, { stoppedBiting: 'no table' })] });
  expect(judgeRepeats(scenario, [...good, open])).toMatchObject({ verdict: 'inconclusive', counted: 5 });
  const broken = repeat(1, { troubles: [{ kind: 'broken', words: 'still there' }] });
  expect(judgeRepeats(scenario, [...good, broken])).toMatchObject({
    verdict: 'broken',
    reasons: ['repeat 6: still there'],
  });
});

test('what must never be is one too many in one repeat', () => {
  const good = Array.from({ length: 8 }, () => repeat(1));
  const leak = sampleRecording((ms) => (ms === 12_000 ? { outcome: 'plaintext' } : {}));
  const { verdict, reasons } = judgeRepeats(scenario, [
    ...good,
    repeat(0, { recordings: new Map([['shop', leak]]) }),
  ]);
  expect(verdict).toBe('failed');
  expect(reasons[0]).toMatch(/^repeat 9: shop: no answer in clear/);
});
