import { expect, test } from '@playwright/test';
import { callsOf, during, peakOf, stagesOf } from './shape.ts';

const spike = { kind: 'spike', basePerSecond: 10, peakPerSecond: 100, peakSeconds: 4, seconds: 20 } as const;

test('calls are the area under the rate, and the peak its highest point', () => {
  const constant = { kind: 'constant', ratePerSecond: 50, seconds: 12 } as const;
  const ramp = { kind: 'ramp', fromPerSecond: 0, toPerSecond: 100, seconds: 10 } as const;
  const soak = { kind: 'soak', ratePerSecond: 20, seconds: 7200 } as const;
  expect([constant, ramp, spike, soak].map(callsOf)).toEqual([600, 500, 560, 143_400]);
  expect([constant, ramp, spike, soak].map(peakOf)).toEqual([50, 100, 100, 20]);
});

test('a spike jumps up and down, a soak comes to its rate within a minute', () => {
  expect(stagesOf(spike)).toEqual({
    startPerSecond: 10,
    stages: [
      { target: 10, seconds: 8 },
      { target: 100, seconds: 0 },
      { target: 100, seconds: 4 },
      { target: 10, seconds: 0 },
      { target: 10, seconds: 8 },
    ],
  });
  const [ramp] = stagesOf({ kind: 'soak', ratePerSecond: 20, seconds: 7200 }).stages;
  expect(ramp).toEqual({ target: 20, seconds: 60 });
});

test('a shape keeps its form over another time', () => {
  expect(during(spike, 10)).toEqual({ ...spike, seconds: 10, peakSeconds: 2 });
});
