import { expect, test } from '@playwright/test';
import { syntheticRecording } from '../analysis/synthetic.ts';
import { callHints } from './call-hints.ts';

const T0 = 1_010_000;

test('calls that found every endpoint ejected say so, with their number and time; a few lost calls say nothing', () => {
  const ejected = syntheticRecording({
    seconds: 30,
    treat: (elapsed) =>
      elapsed >= 11_000 && elapsed < 20_000
        ? { outcome: 'http-5xx', detail: 'HTTP 503: no healthy upstream' }
        : { cluster: 'west' },
  });
  expect(callHints(ejected, T0)).toEqual([
    "900 calls, 1.0 to 10.0 s after the fault: the caller's proxy held every endpoint for ill (no healthy upstream): " +
      'outlier detection may eject all of them (maxEjectionPercent 100)',
  ]);
  const few = syntheticRecording({
    seconds: 30,
    treat: (elapsed) =>
      elapsed >= 11_000 && elapsed < 11_050 ? { outcome: 'dns-timeout' } : { cluster: 'west' },
  });
  expect(callHints(few, T0)).toEqual([]);
});
