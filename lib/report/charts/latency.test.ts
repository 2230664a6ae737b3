import { expect, test } from '@playwright/test';
import { latencyDistributionSvg } from './latency.ts';
import { VERDICT_COLOUR } from './palette.ts';
import { sampleLatency } from './sample-data.ts';

test('shows each path with what was measured and what is allowed', () => {
  const svg = latencyDistributionSvg(sampleLatency());
  for (const words of ['in-cluster, ms', 'cross-cluster, ms', 'p50 1.6, budget 10', 'p99 19, budget 120']) {
    expect(svg).toContain(`>${words}<`);
  }
});

test('a budget that is exceeded is red, one that is kept is green', () => {
  const svg = latencyDistributionSvg(sampleLatency());
  const colourOf = (words: string) =>
    svg
      .split('\n')
      .find((line) => line.includes(words))
      ?.match(/fill="(#\w+)"/)?.[1];
  expect(colourOf('p99 31, budget 30')).toBe(VERDICT_COLOUR.failed);
  expect(colourOf('p95 4.9, budget 20')).toBe(VERDICT_COLOUR.passed);
});

test('a path without a measurement is drawn, and says so', () => {
  const data = sampleLatency();
  const svg = latencyDistributionSvg({ ...data, series: data.series.map((one) => ({ ...one, points: [] })) });
  expect(svg).toContain('p99 none, budget 30');
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});
