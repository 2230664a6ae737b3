import { expect, test } from '@playwright/test';
import type { Observation } from '../model/observation.ts';
import { judgeNearness, judgeStay, type Member, nearest, rungOf } from './locality.ts';

const caller = { region: 'east', zone: 'a' };
const member = (cluster: string, pod: string, zone: string): Member => ({
  cluster,
  pod,
  region: cluster,
  zone,
});
const near = member('east', 'crew-0', 'a');
const beside = member('east', 'crew-1', 'b');
const far = member('west', 'crew-0', 'a');
const all = [near, beside, far];

const answer = ({ cluster, pod }: Member, zone = 'z') =>
  ({ outcome: 'ok', answeredBy: { cluster, region: 'r', zone, node: 'n', pod } }) as Observation;

test('zones of the same name in different regions are not near', () => {
  expect(all.map((one) => rungOf(caller, one))).toEqual(['zone', 'region', 'elsewhere']);
});

test('the nearest rung that has a member is expected', () => {
  expect(nearest(caller, all)).toEqual({ rung: 'zone', members: [near] });
  expect(nearest(caller, [beside, far])).toEqual({ rung: 'region', members: [beside] });
  expect(nearest(caller, [far])).toEqual({ rung: 'elsewhere', members: [far] });
  expect(nearest(caller, [])).toBeUndefined();
});

test('calls that leave the nearest members are counted by where the environment says they went', () => {
  // What the pod says of its own zone does not count: that label may be the defect.
  const calls = [answer(near), answer(beside, 'a'), answer(far), { outcome: 'deadline' } as Observation];
  expect(judgeNearness(calls, { expected: [near], all })).toEqual({
    answered: 3,
    failed: 1,
    astray: { 'zone b': 1, 'zone a': 1 },
  });
  expect(judgeNearness([answer(near)], { expected: [near], all }).astray).toEqual({});
});

test('a pod of the same name in another cluster is another pod', () => {
  expect(judgeNearness([answer(far)], { expected: [near], all }).astray).not.toEqual({});
});

const failure = { outcome: 'http-5xx' } as Observation;
const many = (count: number, call: Observation) => Array.from({ length: count }, () => call);
const stay = (changes: Partial<Parameters<typeof judgeStay>[0]>) =>
  judgeStay({
    watched: many(20, answer(near)),
    sample: many(100, answer(near)),
    movedMs: 300,
    limitMs: 5000,
    expected: [near],
    all,
    needed: 100,
    ejectAfter: 5,
    ...changes,
  });

test('one call in a hundred that goes to another zone is astray; none is near', () => {
  expect(stay({})).toEqual({ stay: 'near', words: '' });
  const seen = stay({ sample: [...many(99, answer(near)), answer(beside)] });
  expect(seen).toEqual({ stay: 'astray', words: 'of 100 answered calls 1 to zone b' });
});

test('a move that never came or came late is astray', () => {
  expect(stay({ movedMs: undefined, sample: [], watched: many(200, answer(far)) }).stay).toBe('astray');
  expect(stay({ movedMs: 9000 }).stay).toBe('astray');
});

test('what goes astray after as many failures as eject an endpoint is no evidence', () => {
  const sample = [...many(99, answer(near)), answer(beside), ...many(5, failure)];
  expect(stay({ sample }).stay).toBe('no-evidence');
  expect(stay({ sample: sample.slice(0, -1) }).stay).toBe('astray');
  expect(stay({ sample: many(50, answer(near)) }).stay).toBe('no-evidence');
});
