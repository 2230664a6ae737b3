import { expect, test } from '@playwright/test';
import { studentTProbability, studentTQuantile } from './student-t.ts';

// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, critical values of Student's t (upper tail).
for (const [df, p90, p95, p975, p99, p995, p999] of [
  [1, 3.078, 6.314, 12.706, 31.821, 63.657, 318.313],
  [2, 1.886, 2.92, 4.303, 6.965, 9.925, 22.327],
  [3, 1.638, 2.353, 3.182, 4.541, 5.841, 10.215],
  [5, 1.476, 2.015, 2.571, 3.365, 4.032, 5.893],
  [9, 1.383, 1.833, 2.262, 2.821, 3.25, 4.297],
  [10, 1.372, 1.812, 2.228, 2.764, 3.169, 4.143],
  [29, 1.311, 1.699, 2.045, 2.462, 2.756, 3.396],
  [100, 1.29, 1.66, 1.984, 2.364, 2.626, 3.174],
] as const) {
  test(`critical values of t with ${df} degrees of freedom are those of the NIST table`, () => {
    const found = [0.9, 0.95, 0.975, 0.99, 0.995, 0.999].map((p) => studentTQuantile(p, df));
    for (const [index, value] of [p90, p95, p975, p99, p995, p999].entries())
      expect(Math.abs((found[index] ?? 0) / value - 1)).toBeLessThan(0.0005);
  });
}

test('probability and quantile are each other turned round, on both sides of zero', () => {
  for (const df of [1, 2, 7, 40])
    for (const p of [0.001, 0.05, 0.5, 0.8, 0.9999])
      expect(studentTProbability(studentTQuantile(p, df), df)).toBeCloseTo(p, 12);
});

test('one round bounds nothing', () => {
  expect(studentTQuantile(0.95, 0)).toBe(Number.POSITIVE_INFINITY);
  expect(studentTQuantile(0.05, 0)).toBe(Number.NEGATIVE_INFINITY);
});
