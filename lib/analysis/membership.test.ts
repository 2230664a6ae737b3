import { expect, test } from '@playwright/test';
import { drainAfter, firstAnswerAfter, judgeBystanders, judgeReach } from './membership.ts';
import { syntheticRecording } from './synthetic.ts';

const START = 1_000_000;
const LIMITS = { tryTimeoutMs: 500, consecutiveErrors: 5, baseEjectionMs: 10_000 };
const quiet = syntheticRecording({ seconds: 20, ratePerSecond: 25, treat: () => ({}) });
const busyAt10s = syntheticRecording({
  seconds: 20,
  ratePerSecond: 25,
  treat: (elapsed) => ({ latencyMs: elapsed >= 10_000 && elapsed < 11_000 ? 180 : 3 }),
});
const losing = (outcome: 'deadline' | 'reset') =>
  syntheticRecording({
    seconds: 20,
    ratePerSecond: 25,
    treat: (_, sequence) => (sequence === 255 ? { outcome, latencyMs: 2000 } : {}),
  });
const judged = (recording: ReturnType<typeof losing>, control: typeof quiet) =>
  judgeBystanders([{ cluster: 'east', recordings: [recording], control }], LIMITS);

test('no call lost: nothing to report, whatever the machine does', () => {
  expect(judged(quiet, busyAt10s)).toEqual({ calls: 500, lost: [], excused: [] });
});

test('a call that ran out of time is lost while the control was quick', () => {
  const { lost, excused } = judged(losing('deadline'), quiet);
  expect(lost).toHaveLength(1);
  expect(lost[0]).toMatchObject({ cluster: 'east', outcome: 'deadline', at: START + 10_200 });
  expect(excused).toEqual([]);
});

test('a call that ran out of time while the control was slow says nothing', () => {
  const { lost, excused } = judged(losing('deadline'), busyAt10s);
  expect(lost).toEqual([]);
  expect(excused).toMatchObject([{ outcome: 'deadline', controlMs: 180 }]);
});

test('a call that ran out of time without any control beside it says nothing', () => {
  const early = syntheticRecording({ seconds: 5, treat: () => ({}) });
  expect(judged(losing('deadline'), early)).toMatchObject({ lost: [], excused: [{ outcome: 'deadline' }] });
});

test('a reset call is lost on the busiest machine', () => {
  expect(judged(losing('reset'), busyAt10s)).toMatchObject({ lost: [{ outcome: 'reset' }], excused: [] });
});

for (const [words, excusable] of [
  ['HTTP 504: upstream request timeout', true],
  [
    'HTTP 503: upstream connect error or disconnect/reset before headers. reset reason: connection timeout',
    true,
  ],
  ['HTTP 503: no healthy upstream', false],
  ['HTTP 500: upstream connect error. reset reason: connection termination', false],
] as const) {
  test(`${words}: ${excusable ? 'may be the machine' : 'is the mesh'}`, () => {
    const recording = losing('reset');
    const failed = recording.observations[255];
    if (failed) Object.assign(failed, { outcome: 'http-5xx', detail: words });
    expect(judged(recording, busyAt10s)[excusable ? 'excused' : 'lost']).toHaveLength(1);
  });
}

/** Every call from 10.2 s on for a second runs out of time; then, for a while, no endpoint is left. */
const ejecting = (timeouts: number) => {
  const recording = losing('reset');
  for (const [sequence, one] of recording.observations.entries()) {
    const since = sequence - 255;
    if (since >= 0 && since < timeouts) Object.assign(one, { outcome: 'deadline', detail: '' });
    else if (since >= timeouts && since < 60)
      Object.assign(one, { outcome: 'http-5xx', detail: 'HTTP 503: no healthy upstream' });
  }
  return recording;
};

test('endpoints that were ejected because the machine was busy say nothing', () => {
  expect(judged(ejecting(5), busyAt10s)).toMatchObject({ lost: [], excused: { length: 60 } });
});

test('endpoints that are gone without such a cause are the mesh', () => {
  expect(judged(ejecting(4), busyAt10s).lost).toHaveLength(56);
  expect(judged(ejecting(5), quiet).lost).toHaveLength(60);
});

const visited = syntheticRecording({
  seconds: 20,
  ratePerSecond: 25,
  treat: (elapsed, sequence) => ({
    cluster: elapsed >= 4000 && elapsed < 12_000 && sequence % 3 === 0 ? 'guest' : 'east',
  }),
});

test('the join is measured from the peering to the end of the first answer', () => {
  expect(firstAnswerAfter([visited], 'guest', START + 3000)).toBe(1083);
  expect(firstAnswerAfter([visited], 'nobody', START + 3000)).toBeUndefined();
});

test('clock offsets are taken out', () => {
  const ahead = syntheticRecording({
    seconds: 5,
    ratePerSecond: 10,
    clockOffsetMs: 700,
    treat: (elapsed) => ({ cluster: elapsed < 2000 ? 'east' : 'guest' }),
  });
  expect(firstAnswerAfter([ahead], 'guest', START + 1000)).toBe(1003);
});

test('the drain is measured from the end of the peering to the last call that still went there', () => {
  expect(drainAfter([visited], 'guest', START + 10_000)).toEqual({ lastAnsweredMs: 1880, quietCalls: 202 });
  expect(drainAfter([visited], 'guest', START + 15_000)).toEqual({ lastAnsweredMs: 0, quietCalls: 124 });
});

test('a cluster that goes on answering has no quiet calls', () => {
  const stale = syntheticRecording({ seconds: 10, treat: () => ({ cluster: 'guest' }) });
  expect(drainAfter([stale], 'guest', START).quietCalls).toBe(0);
});

const IDENTITY = 'spiffe://cluster.local/ns/shop/sa/cart';
function seen(identitySeen: string | undefined) {
  const recording = syntheticRecording({
    seconds: 1,
    treat: (_, sequence) => ({ cluster: sequence % 2 === 0 ? 'east' : 'west' }),
  });
  return {
    ...recording,
    observations: recording.observations.map((one) => ({
      ...one,
      ...(identitySeen ? { identitySeen } : {}),
    })),
  };
}
const expected = { clusters: ['east', 'west'], identity: IDENTITY };

test('callers of a cluster that joined reach all others under their own identity', () => {
  expect(judgeReach(seen(`By=spiffe://x;Hash=ab;URI=${IDENTITY}`), expected)).toEqual([]);
  expect(judgeReach(seen(`URI=${IDENTITY}-other`), expected)).toEqual([
    `100 answers came from servers that saw URI=${IDENTITY}-other`,
  ]);
  expect(judgeReach(seen(undefined), expected)).toEqual([
    '100 answers came from servers that saw no client certificate',
  ]);
  expect(judgeReach(seen(`URI=${IDENTITY}`), { ...expected, clusters: ['east', 'west', 'guest'] })).toEqual([
    'guest answered none of 100 calls',
  ]);
  expect(judgeReach(seen(`URI=${IDENTITY}`), { ...expected, clusters: ['east'] })).toEqual([
    'west answered and should not',
  ]);
});
