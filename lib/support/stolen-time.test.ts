import { expect, test } from '@playwright/test';
import { stolenShare, watchStolenTime } from './stolen-time.ts';

/** `/proc/stat` after so many ticks of work, idleness and theft. */
const stat = (work: number, idle: number, stolen: number) =>
  `cpu  ${work} 0 0 ${idle} 0 0 0 ${stolen} 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n`;

test('the stolen share is of all processor time between two readings', () => {
  expect(stolenShare(stat(100, 100, 10), stat(150, 120, 40))).toBeCloseTo(0.3);
  expect(stolenShare(stat(100, 100, 10), stat(200, 200, 10))).toBe(0);
  expect(stolenShare(stat(1, 1, 1), stat(1, 1, 1))).toBeUndefined();
});

test('seconds in which much was stolen are told, with the worst', () => {
  const readings = [stat(0, 0, 0), stat(100, 100, 0), stat(130, 100, 170), stat(200, 180, 220)];
  using watch = watchStolenTime(() => readings.shift() ?? '');
  for (let second = 0; second < 3; second += 1) watch.look();
  expect(watch.words()).toContain(
    'up to 85 % of its processors to others, and more than a quarter in 1 of 3 s',
  );
});

test('nothing is told where little was stolen, or nobody knows', () => {
  const readings = [stat(0, 0, 0), stat(100, 100, 10)];
  using little = watchStolenTime(() => readings.shift() ?? '');
  little.look();
  expect(little.words()).toBeUndefined();
  using unknown = watchStolenTime(() => {
    throw new Error('no such file');
  });
  unknown.look();
  expect(unknown.words()).toBeUndefined();
});

test('the worst share of a time is of the stretches that overlap it', () => {
  const readings = [stat(0, 0, 0), stat(100, 100, 0), stat(130, 100, 170), stat(200, 180, 220)];
  let at = 0;
  using watch = watchStolenTime(
    () => readings.shift() ?? '',
    () => at,
  );
  for (at = 1000; at <= 2000; at += 1000) watch.look();
  expect(watch.worstBetween(0, 900)).toBe(0);
  expect(watch.worstBetween(1500, 1600)).toBeCloseTo(0.85);
  expect(watch.worstBetween(0, 1000)).toBe(0);
  // What was not read yet is read now.
  at = 2900;
  expect(watch.worstBetween(2100, 2900)).toBeCloseTo(0.25);
});
