import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { planFault } from '../fault/plan.ts';
import { type Ended, resultOf } from './result.ts';
import { sampleEnded, sampleFault, sampleRecording, sampleSurroundings } from './sample.ts';

const down = sampleRecording((ms) => (ms >= 10_000 && ms < 25_000 ? { outcome: 'connect-timeout' } : {}));
const outage = (seconds: number) =>
  sampleRecording((ms) => (ms >= seconds * 1000 && ms < 9000 ? { outcome: 'reset' } : {}));

const clockAt = (offsetMs: number) => ({ cluster: 'east', node: 'a', offsetMs, uncertaintyMs: 1 });

const ended = (changes: Partial<Ended> = {}) => sampleEnded(fakeLab(), changes);

for (const [what, changes, verdict, reason] of [
  ['what held', {}, 'passed', undefined],
  ['an outage', { recordings: new Map([['shop', down]]) }, 'failed', /recovery time/],
  [
    'a fault that could not be reverted',
    { troubles: [{ kind: 'broken', words: 'still there' }] },
    'broken',
    /still there/,
  ],
  [
    'a fault that stopped biting',
    { faults: [sampleFault(10, 20, { stoppedBiting: 'no table' })] },
    'inconclusive',
    /stopped biting/,
  ],
  [
    'no steady state before',
    { recordings: new Map([['shop', outage(1)]]) },
    'inconclusive',
    /not steady before/,
  ],
  [
    'a mesh that does not show a plane',
    { faults: [], troubles: [{ kind: 'not-applicable', words: 'it shows no pushes' }] },
    'not-applicable',
    /shows no pushes/,
  ],
  [
    'an agent that was late, whatever its calls came to',
    {
      recordings: new Map([
        ['shop', sampleRecording((ms) => ({ outcome: ms < 15_000 ? 'ok' : 'reset', latenessMs: 400 }))],
      ]),
    },
    'inconclusive',
    /shop: the agent was late: p99 400/,
  ],
  [
    'a clock that moved',
    { clocks: [{ cluster: 'east', node: 'a', before: clockAt(0), after: clockAt(5000) }] },
    'inconclusive',
    /clock of east a moved by 5 s/,
  ],
  ['nothing injected', { faults: [] }, 'inconclusive', /no fault was injected/],
  [
    'a halt by a condition',
    { aborted: { by: 'condition', reason: 'too many errors' } },
    'failed',
    /halted: too many errors/,
  ],
  ['a halt by a person', { aborted: { by: 'person', reason: 'a' } }, 'inconclusive', /halted by a person/],
  [
    'a rehearsal',
    { rehearse: true, faults: [sampleFault(10, 20, { injectedAt: undefined })] },
    'inconclusive',
    /rehearsal/,
  ],
  [
    'a halt and what cannot be reverted',
    { aborted: { by: 'condition', reason: 'x' }, troubles: [{ kind: 'broken', words: 'still there' }] },
    'broken',
    /still there/,
  ],
] as const satisfies [string, Partial<Ended>, string, RegExp | undefined][]) {
  test(`${what} is ${verdict}`, () => {
    const result = resultOf(ended(changes));
    expect(result.verdict, result.reasons.join()).toBe(verdict);
    if (reason) expect(result.reasons.join()).toMatch(reason);
    else expect(result.reasons).toEqual([]);
  });
}

test('a failover that timers do not explain is something to look into, and no failure by itself', () => {
  const spec = { kind: 'workload-outage', cluster: 'east', program: 'istiod' } as const;
  const plan = planFault(spec, fakeLab(), { run: 'run-1', lastsMs: 1000 });
  const fault = sampleFault(10, 20, { plan, around: { shop: sampleSurroundings() } });
  const slow = sampleRecording((ms) => (ms >= 10_000 && ms < 11_000 ? { outcome: 'reset' } : {}));
  const result = resultOf(ended({ faults: [fault], recordings: new Map([['shop', slow]]) }));
  expect(result.verdict).toBe('passed');
  expect(result.remarks.join()).toMatch(/calls came back after .*; the timers explain 0 ms/);
});
