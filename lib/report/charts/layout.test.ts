import { expect, test } from '@playwright/test';
import { placeLabels, roundUp, scale } from './layout.ts';

/** Lines and texts that touch: none may. */
function collisions(labels: readonly { label: string; x: number }[]): string[] {
  const placed = placeLabels(labels);
  return placed.flatMap((text) =>
    placed
      .filter((other) => other !== text)
      // Another text in the same lane, or the line of one from a higher lane. At the very same place the line is shared.
      .filter((other) =>
        other.lane === text.lane ? other.x >= text.x : other.lane > text.lane && other.x > text.x,
      )
      .filter((other) => other.x < text.x + text.width)
      .map((other) => `${text.label} / ${other.label}`),
  );
}

test('labels that have room share the lowest lane', () => {
  const placed = placeLabels([
    { label: 'a', x: 0 },
    { label: 'b', x: 100 },
  ]);
  expect(placed.map(({ lane }) => lane)).toEqual([0, 0]);
});

test('no label covers another, nor the line of another', () => {
  for (const gap of [0, 1, 7, 40, 90, 130]) {
    const labels = [
      'fault seen',
      'first failed call 0.03 s',
      'first success elsewhere',
      'steady',
      'reverted',
      'failback',
    ];
    expect(collisions(labels.map((label, index) => ({ label, x: index * gap })))).toEqual([]);
  }
  const uneven = [0, 50, 55, 60, 200, 205, 400].map((x, index) => ({ label: `marker number ${index}`, x }));
  expect(collisions(uneven)).toEqual([]);
});

test('nothing to place takes no lane', () => {
  expect(placeLabels([])).toEqual([]);
});

test('a range without extent does not divide by zero', () => {
  expect(scale([5, 5], [0, 100])(5)).toBe(0);
});

test('axes end at round numbers', () => {
  expect([0, 0.3, 1, 99, 100, 101, 260, 501].map(roundUp)).toEqual([1, 0.5, 1, 100, 100, 200, 500, 1000]);
});
