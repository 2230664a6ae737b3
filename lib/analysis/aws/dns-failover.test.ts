import { expect, test } from '@playwright/test';
import type { FailoverName } from '../../model/aws-dns.ts';
import type { Recording } from '../../model/call-plan.ts';
import type { Observation } from '../../model/observation.ts';
import {
  analyseNameFailover,
  defaultFailoverMs,
  isSettled,
  judgeNameFailover,
  recordAnswered,
} from './dns-failover.ts';

const NAME: FailoverName = {
  name: 'gateway.mesh.test',
  type: 'CNAME',
  ttlMs: 10_000,
  primary: { cluster: 'east', values: ['east.lb.test'], healthCheck: 'hc-1', health: 'healthy' },
  secondary: { cluster: 'west', values: ['west.lb.test'], healthCheck: 'hc-2', health: 'healthy' },
};
/** When the check turned, and turned back: seconds of the recording. */
const FAIL = 10;
const REVERT = 130;
const END = 250;
const TURNS = { failAt: FAIL * 1000, revertedAt: REVERT * 1000 };
const BUDGET_MS = 70_000;

/** What is heard at a second, 2 lookups each; the caller's clock is ahead by 7 s, which the collector knows. */
function heard(answerAt: (second: number) => Partial<Observation> | string): Recording {
  const rate = 2;
  const observations = Array.from({ length: END * rate }, (_, sequence): Observation => {
    const second = sequence / rate;
    const said = answerAt(second);
    const at = second * 1000 + 7000;
    const common = { sequence, intendedAt: at, sentAt: at, endedAt: at + 2, outcome: 'ok' as const };
    return typeof said === 'string' ? { ...common, answers: [said] } : { ...common, ...said };
  });
  return {
    plan: {
      id: 'p',
      target: { protocol: 'dns-udp', name: 'gateway.mesh.test.', type: 'CNAME' },
      ratePerSecond: rate,
      count: observations.length,
      deadlineMs: 2000,
    },
    caller: { cluster: 'east', region: '', zone: '', node: '', pod: '' },
    observations,
    complete: true,
    clockOffsetMs: 7000,
    clockUncertaintyMs: 1,
  };
}

const EAST = 'east.lb.test';
const WEST = 'WEST.lb.test.';
/** Fails over 40 s after the check turned, and back 30 s after the revert. */
const right = (second: number) => (second >= FAIL + 40 && second < REVERT + 30 ? WEST : EAST);

function judge(answerAt: Parameters<typeof heard>[0], turns = TURNS, budgetMs = BUDGET_MS) {
  const found = analyseNameFailover(heard(answerAt), NAME, turns);
  const { findings, doubts } = judgeNameFailover([found], NAME, budgetMs);
  return {
    found,
    doubts,
    kinds: findings.map(({ kind }) => kind),
    words: findings.map(({ words }) => words).join(),
  };
}

test('a failover in time, there and back, is in order, and is timed on the clock of the collector', () => {
  const { found, kinds, doubts } = judge(right);
  expect({ kinds, doubts }).toEqual({ kinds: [], doubts: [] });
  expect(found).toMatchObject({
    cluster: 'east',
    lookups: 480,
    toSecondaryMs: 40_002,
    lastPrimaryMs: 39_502,
    toPrimaryMs: 30_002,
    lastSecondaryMs: 29_502,
    heldMs: 120_000,
    missing: {},
    strange: [],
    resolutionMs: 500,
  });
});

test('a name that goes on with the primary did not fail over; watched for too short a time, nobody knows', () => {
  const { kinds, words } = judge(() => EAST);
  expect(kinds).toEqual(['failover-did-not-happen']);
  expect(words).toBe('east: gateway.mesh.test never led to west within 120.0 s, where 70.0 s are allowed');
  const short = judge(() => EAST, { ...TURNS, revertedAt: (FAIL + 20) * 1000 });
  expect(short.kinds).toEqual([]);
  expect(short.doubts).toEqual([
    'east: gateway.mesh.test never led to west, but it was watched for 20.0 s only',
  ]);
});

test('a failover is late by its first answer, or by the last one that a cache still gives', () => {
  const slow = judge((second) => (second >= FAIL + 90 && second < REVERT + 30 ? WEST : EAST));
  expect(slow.kinds).toEqual(['failover-late']);
  expect(slow.words).toContain('led to west after 90.0 s');
  // One of several resolvers keeps its answer for longer than the TTL.
  const stale = judge((second) =>
    right(second) === WEST && !(second < FAIL + 80 && second % 2 === 0) ? WEST : EAST,
  );
  expect(stale.kinds).toEqual(['failover-late']);
  expect(stale.words).toContain('led to west after 40.5 s, the last other answer came after 78.0 s');
});

test('a time that is over the limit by less than the resolution carries no verdict', () => {
  const { kinds, doubts } = judge(right, TURNS, 39_800);
  expect(kinds).toEqual([]);
  expect(doubts[0]).toContain('known to 0.5 s');
});

test('lookups without an answer are told by their outcome; a single datagram that got lost is not', () => {
  const between = (second: number) => second >= FAIL + 38 && second < FAIL + 40;
  const refused = judge((second) => (between(second) ? { outcome: 'dns-servfail' } : right(second)));
  expect(refused.kinds).toEqual(['answers-missing']);
  expect(refused.words).toContain('4 × dns-servfail of 480 lookups');
  const unknown = judge((second) => (second === FAIL + 38 ? { outcome: 'dns-nxdomain' } : right(second)));
  expect(unknown.words).toContain('1 × dns-nxdomain');
  const silent = judge((second) => (between(second) ? { outcome: 'dns-timeout' } : right(second)));
  expect(silent.words).toContain('4 × dns-timeout');
  const lost = judge((second) => (second === FAIL + 38 ? { outcome: 'dns-timeout' } : right(second)));
  expect(lost.kinds).toEqual([]);
});

test('a name that stays with the secondary did not fail back; one that takes too long was late', () => {
  const stuck = judge((second) => (second >= FAIL + 40 ? WEST : EAST));
  expect(stuck.kinds).toEqual(['did-not-fail-back']);
  expect(stuck.words).toContain('never led back to east');
  const slow = judge((second) => (second >= FAIL + 40 && second < REVERT + 80 ? WEST : EAST));
  expect(slow.kinds).toEqual(['failback-late']);
});

test('an answer that is in neither record is told', () => {
  const { kinds, words } = judge((second) => (second === FAIL + 39 ? 'old.lb.test' : right(second)));
  expect(kinds).toEqual(['answer-strange']);
  expect(words).toContain('led to old.lb.test');
});

test('it is settled when nothing else was heard for the whole window', () => {
  const recording = heard(right);
  const since = TURNS.failAt;
  expect(
    isSettled(
      heard(() => EAST),
      NAME,
      { role: 'secondary', since, windowMs: 1000 },
    ),
  ).toBe(false);
  const upTo = (second: number): Recording => ({
    ...recording,
    observations: recording.observations.slice(0, 2 * second),
  });
  const question = { role: 'secondary', since, windowMs: NAME.ttlMs } as const;
  expect(isSettled(upTo(FAIL + 50), NAME, question)).toBe(false);
  expect(isSettled(upTo(FAIL + 51), NAME, question)).toBe(true);
});

test('answers are compared without their case and last dot; a mixture is neither', () => {
  expect(recordAnswered(NAME, { outcome: 'ok', answers: [WEST] })).toBe('secondary');
  expect(recordAnswered(NAME, { outcome: 'ok', answers: [WEST, EAST] })).toBeUndefined();
  expect(recordAnswered(NAME, { outcome: 'dns-timeout' })).toBeUndefined();
});

test('without a limit of the user, a TTL and a minute are allowed', () => {
  expect(defaultFailoverMs({ ttlMs: 30_000 })).toBe(90_000);
});
