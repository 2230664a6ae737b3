import { expect, test } from '@playwright/test';
import { fitJson } from './fit.ts';

test('what fits stays as it is', () => {
  const value = { clusters: [{ warnings: ['a'] }] };
  expect(JSON.parse(fitJson(value, 1000))).toEqual(value);
});

test('what does not fit loses entries of its longest lists and says how many; it still parses', () => {
  const warnings = Array.from({ length: 1000 }, (_, index) => `warning ${index}`);
  const value = {
    at: 5,
    clusters: [
      { cluster: 'east', warnings },
      { cluster: 'west', warnings: ['one'] },
    ],
  };
  const text = fitJson(value, 3000);
  expect(text.length).toBeLessThanOrEqual(3000);
  const read = JSON.parse(text);
  expect(read.at).toBe(5);
  expect(read.clusters[1]).toEqual(value.clusters[1]);
  const kept = read.clusters[0].warnings;
  expect(kept.at(-1)).toBe('warning 999');
  expect(read.leftOut).toEqual({ 'clusters.0.warnings': 1000 - kept.length });
});

test('one huge text is cut, and what it was in stays', () => {
  const read = JSON.parse(fitJson({ proxy: { version: 'x'.repeat(50_000) }, gaps: ['kept'] }, 4000));
  expect(read.proxy.version).toContain('48000 characters left out');
  expect(read.gaps).toEqual(['kept']);
});
