import { expect, test } from '@playwright/test';
import { scheduleOf } from './schedule.ts';

const plan = { seed: 7, mostRounds: 40 } as const;

test('each round has both sides, one right after the other, in the order of the rounds', () => {
  const slots = scheduleOf(plan);
  expect(slots).toHaveLength(80);
  for (let index = 0; index < slots.length; index += 2) {
    const [a, b] = [slots[index], slots[index + 1]];
    expect([a?.round, b?.round]).toEqual([index / 2 + 1, index / 2 + 1]);
    expect(new Set([a?.side, b?.side])).toEqual(new Set(['from', 'to']));
  }
});

test('a steady drift touches both sides alike in each pair of rounds', () => {
  const slots = scheduleOf(plan);
  for (let index = 0; index < slots.length; index += 4) {
    const moments = (side: string) =>
      slots.slice(index, index + 4).reduce((sum, slot, at) => sum + (slot.side === side ? at : 0), 0);
    expect(moments('from')).toBe(moments('to'));
  }
});

test('the seed draws which side begins, and nothing else does', () => {
  expect(scheduleOf(plan)).toEqual(scheduleOf(plan));
  expect(scheduleOf({ ...plan, seed: 8 })).not.toEqual(scheduleOf(plan));
  const firsts = scheduleOf(plan).flatMap(({ side }, index) => (index % 4 === 0 ? side : []));
  expect(new Set(firsts).size).toBe(2);
});

test('an odd number of rounds ends in the middle of a pair', () => {
  expect(scheduleOf({ ...plan, mostRounds: 3 }).map(({ round }) => round)).toEqual([1, 1, 2, 2, 3, 3]);
});
