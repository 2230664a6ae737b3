import { expect, test } from '@playwright/test';
import { type Change, type Look, pushesSeen } from './pushes.ts';

const DEADLINE = 5000;
/** A change every two seconds, from 0 on. */
const made = (generation: number, refusedAt?: number): Change => ({
  generation,
  intendedAt: (generation - 1) * 2000,
  sentAt: (generation - 1) * 2000 + 10,
  ...(refusedAt === undefined
    ? {}
    : {
        refused: {
          at: refusedAt,
          outcome: 'refused' as const,
          detail: 'the API server of east: ECONNREFUSED',
        },
      }),
});
const look = (at: number, generation: number, since: number): Look => ({ at, generation, since });
const read = (changes: readonly Change[], looks: readonly Look[], final = false) =>
  pushesSeen(changes, looks, { deadlineMs: DEADLINE, final }).map(
    ({ sequence, outcome, endedAt, agentFault }) => [sequence, agentFault ? 'unclear' : outcome, endedAt],
  );

test('a change is over when the proxy says that it took it up, not when somebody looked', () => {
  expect(read([made(1), made(2)], [look(1000, 1, 150), look(3900, 2, 2300)])).toEqual([
    [1, 'ok', 150],
    [2, 'ok', 2300],
  ]);
});

test('a change that is still on its way is no observation yet', () => {
  expect(read([made(1)], [look(4000, -1, 4000)])).toEqual([]);
});

test('a change that the proxy had not at its deadline is lost, with the time that it waited so far', () => {
  expect(read([made(1)], [look(4900, 0, -900), look(5400, 0, -900)])).toEqual([[1, 'deadline', 5400]]);
});

test('one that came too late is lost, and those of the last seconds are not', () => {
  const changes = [1, 2, 3, 4, 5].map((generation) => made(generation));
  const looks = [look(900, 0, -900), look(7900, 0, -900), look(8500, 5, 8300)];
  expect(read(changes, looks)).toEqual([
    [1, 'deadline', 8300],
    [2, 'deadline', 8300],
    [3, 'ok', 8300],
    [4, 'ok', 8300],
    [5, 'ok', 8300],
  ]);
});

test('what nobody could ask about in time says nothing, and is said only when nothing more can be learnt', () => {
  const blind = [look(900, 0, -900), look(20_000, 3, 9000)];
  // It may have been there at 1 s, or at 9 s.
  expect(read([made(1)], blind)).toEqual([[1, 'unclear', 5000]]);
  expect(read([made(1)], [])).toEqual([]);
  expect(read([made(1)], [], true)).toEqual([[1, 'unclear', 5000]]);
});

test('what comes between two looks at its deadline came with the change that was seen, which was too late', () => {
  expect(read([made(1)], [look(4900, 0, -900), look(5400, 3, 5200)])).toEqual([[1, 'deadline', 5200]]);
});

test('a look after the deadline that shows the change itself is exact, however late it came', () => {
  expect(read([made(1)], [look(60_000, 1, 200)])).toEqual([[1, 'ok', 200]]);
  expect(read([made(1)], [look(60_000, 1, 41_000)])).toEqual([[1, 'deadline', 41_000]]);
});

test('a change that the API server did not take ended as that did', () => {
  expect(read([made(1, 30)], [look(9000, 0, -900)])).toEqual([[1, 'refused', 30]]);
});
