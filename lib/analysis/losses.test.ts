import { expect, test } from '@playwright/test';
import type { Observation } from '../model/observation.ts';
import { callsAgain, isDoubtful, isLossy, scatteredLosses } from './losses.ts';

/** So many calls, of which the first ones were lost. */
function sample(calls: number, lost: number) {
  return {
    observations: Array.from({ length: calls }, (_, sequence): Observation => {
      const outcome = sequence < lost ? 'reset' : 'ok';
      return { sequence, intendedAt: 0, sentAt: 0, endedAt: 1, outcome };
    }),
  };
}

test('one loss is a doubt, two are a loss, and so is all of a sample', () => {
  expect([sample(2, 0), sample(2, 1), sample(3, 2), sample(1, 1), sample(0, 0)].map(isDoubtful)).toEqual([
    false,
    true,
    false,
    false,
    false,
  ]);
  expect([sample(2, 0), sample(2, 1), sample(12, 2), sample(1, 1), sample(0, 0)].map(isLossy)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test('the second look is as large as the share of the false alarms lets it be', () => {
  const calls = callsAgain({ calls: 2, ratio: 0.001, falseAlarm: 0.001 / 60 });
  expect(calls).toBe(8);
  const lost = (count: number) => 1 - 0.999 ** count;
  expect(lost(2) * lost(calls)).toBeLessThanOrEqual(0.001 / 60);
  expect(lost(2) * lost(calls + 1)).toBeGreaterThan(0.001 / 60);
  // Many paths: never so few calls that one of two would pass often.
  expect(callsAgain({ calls: 2, ratio: 0.001, falseAlarm: 0.001 / 500 })).toBe(3);
  expect(callsAgain({ calls: 3, ratio: 0.001, falseAlarm: 0.001 / 8 })).toBe(10);
  expect(callsAgain({ calls: 2, ratio: 0, falseAlarm: 0.001 })).toBe(10);
});

test('the first call of every path is lost: no second look sees that, their sum does', () => {
  expect(scatteredLosses([...Array(58).fill(sample(2, 0)), sample(2, 1), sample(2, 1)], 0.001)).toEqual([]);
  expect(scatteredLosses(Array(60).fill(sample(10, 1)), 0.001)).toEqual([
    '60 of 600 calls were lost here and there, where 4 may be',
  ]);
});
