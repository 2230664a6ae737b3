import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { type Ended, resultOf } from './result.ts';
import { sampleEnded, sampleFault, sampleRecording } from './sample.ts';

const down = sampleRecording((ms) => (ms >= 10_000 && ms < 25_000 ? { outcome: 'connect-timeout' } : {}));
const outage = (seconds: number) =>
  sampleRecording((ms) => (ms >= seconds * 1000 && ms < 9000 ? { outcome: 'reset' } : {}));

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
