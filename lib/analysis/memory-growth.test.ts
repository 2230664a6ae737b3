import { expect, test } from '@playwright/test';
import { seededRandom } from '../run/shuffle.ts';
import { type MemoryPoint, memoryGrowth } from './memory-growth.ts';

const KIB = 1024;

interface Shape {
  seed: number;
  /** Bytes beyond 40 MiB after so many calls. */
  bytes: (calls: number) => number;
  /** Size of the noise, which keeps a part of itself from reading to reading. */
  noise?: number;
  count?: number;
}

/** Readings of a proxy every 150 calls. */
function readings({ seed, bytes, noise = 60 * KIB, count = 40 }: Shape): MemoryPoint[] {
  const random = seededRandom(seed);
  let kept = 0;
  return Array.from({ length: count }, (_, index) => {
    kept = 0.6 * kept + (random() - 0.5) * 2 * noise;
    const calls = index * 150;
    return { calls, bytes: 40 * KIB * KIB + bytes(calls) + kept };
  });
}

const SEEDS = Array.from({ length: 300 }, (_, index) => index + 1);
const states = (bytes: Shape['bytes'], more: Partial<Shape> = {}) =>
  SEEDS.map((seed) => memoryGrowth([readings({ seed, bytes, ...more })])?.state);
const share = (found: readonly (string | undefined)[], state: string) =>
  found.filter((one) => one === state).length / found.length;

test('a leak of 1 KiB a call is seen every time, with its size', () => {
  expect(
    share(
      states((calls) => calls * KIB),
      'grows',
    ),
  ).toBe(1);
  const growth = memoryGrowth([readings({ seed: 1, bytes: (calls) => calls * KIB })]);
  expect(growth?.slope).toBeGreaterThan(0.95 * KIB);
  expect(growth?.slope).toBeLessThan(1.05 * KIB);
});

test('memory that stays as it is never counts as growing', () => {
  const found = states(() => 0);
  expect(share(found, 'grows')).toBe(0);
  expect(
    share(
      states(() => 0, { noise: 8 * KIB }),
      'flat',
    ),
  ).toBeGreaterThan(0.98);
});

test('a proxy that warms up is told from one that leaks', () => {
  // 12 MiB of buffers and connections, most of them within the first 1,500 calls.
  const found = states((calls) => 12 * KIB * KIB * (1 - Math.exp(-calls / 1500)));
  expect(share(found, 'grows')).toBeLessThan(0.02);
  expect(share(found, 'warming-up')).toBeGreaterThan(0.95);
  const both = states((calls) => 12 * KIB * KIB * (1 - Math.exp(-calls / 400)) + calls * KIB);
  expect(share(both, 'grows')).toBeGreaterThan(0.95);
});

test('what a healthy proxy takes from the kernel while it settles is no growth', () => {
  // Seen in the lab: 140 B a call, steadily.
  expect(
    share(
      states((calls) => calls * 140, { noise: 8 * KIB, count: 12 }),
      'grows',
    ),
  ).toBe(0);
  expect(
    share(
      states((calls) => calls * 140, { noise: 8 * KIB, count: 80 }),
      'grows',
    ),
  ).toBe(1);
});

test('a jump is no growth, whenever it comes', () => {
  for (const at of [2500, 3500, 4500, 5500]) {
    expect(
      share(
        states((calls) => (calls > at ? 4 * KIB * KIB : 0)),
        'grows',
      ),
    ).toBeLessThan(0.01);
  }
});

test('short rounds show together what few of them show alone', () => {
  const short = (growth: number) =>
    SEEDS.map((seed) => readings({ seed, bytes: (calls) => calls * growth, noise: 350 * KIB, count: 15 }));
  const alone = (growth: number) =>
    share(
      short(growth).map((one) => memoryGrowth([one])?.state),
      'grows',
    );
  const together = (growth: number) => {
    const rounds = short(growth);
    const sixes = Array.from({ length: 50 }, (_, index) => rounds.slice(6 * index, 6 * index + 6));
    return share(
      sixes.map((six) => memoryGrowth(six)?.state),
      'grows',
    );
  };
  expect(alone(KIB)).toBeLessThan(0.6);
  expect(together(KIB)).toBeGreaterThan(0.95);
  expect(alone(0)).toBeLessThan(0.01);
  expect(together(0)).toBe(0);
});

test('too few readings have no bounds', () => {
  expect(memoryGrowth([readings({ seed: 1, bytes: (calls) => calls * KIB, count: 8 })])).toBeUndefined();
  expect(memoryGrowth([])).toBeUndefined();
});
