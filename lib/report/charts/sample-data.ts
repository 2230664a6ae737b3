import type { LatencyDistributionData, TimelineBin, TimelineData } from '../../model/timeline.ts';

/** A made-up failover as a mesh shows it: 100 calls a second, the east copy lost at 0 s and back at 20 s. */
export function sampleTimeline(changes: Partial<TimelineData> = {}): TimelineData {
  const binSeconds = 0.5;
  const bins = Array.from({ length: 100 }, (_, index) => sampleBin(index * binSeconds - 10, binSeconds));
  return {
    title: 'payments: node kill in east',
    subtitle:
      '100 calls/s from cart in west · steady again after 4.31 s (budget 15 s) · probe interval 10 ms',
    verdict: 'passed',
    binSeconds,
    bins,
    bands: [{ label: 'fault: worker of east killed', from: 0, to: 20 }],
    markers: [
      { label: 'fault seen', at: 0 },
      { label: 'first failed call', at: 0.03 },
      { label: 'first success elsewhere', at: 0.84 },
      { label: 'steady', at: 4.31 },
      { label: 'reverted', at: 20 },
      { label: 'failback', at: 27.9 },
    ],
    ...changes,
  };
}

function sampleBin(t: number, binSeconds: number): TimelineBin {
  const calls = 100 * binSeconds;
  const wave = Math.sin(t * 3);
  const lost = t >= 0 && t < 4.3 ? Math.round(calls * 0.5 * Math.exp(-t / 2.2)) : 0;
  const refused = lost > 8 ? Math.round(lost / 4) : 0;
  const ok = calls - lost;
  const east = t < 0 || t >= 27.9 ? 0.5 + 0.04 * wave : Math.max(0, 0.1 - Math.max(t, 0));
  const slow = lost > 0 ? 40 : 1;
  const fromEast = Math.round(ok * east);
  return {
    t,
    ok,
    errors: lost === 0 ? {} : { deadline: lost - refused, 'connect-timeout': refused },
    p50Ms: 3.2 + 0.4 * wave,
    p99Ms: (9 + 2 * wave) * slow,
    answeredBy: { east: fromEast, west: ok - fromEast },
  };
}

/** A made-up latency run: cross-cluster keeps its budget, in-cluster breaks that of p99. */
export function sampleLatency(): LatencyDistributionData {
  const quantiles = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
  const curve = (values: number[]) =>
    quantiles.map((quantile, index) => ({ quantile, ms: values[index] ?? 0 }));
  return {
    title: 'payments: latency at 50 requests/s',
    subtitle: '3 000 requests a path from cart in west; errors 0 %',
    verdict: 'failed',
    series: [
      {
        label: 'in-cluster',
        points: curve([0.9, 1.2, 1.6, 2.1, 3.3, 4.9, 31, 44]),
        budget: { p50Ms: 10, p95Ms: 20, p99Ms: 30 },
      },
      {
        label: 'cross-cluster',
        points: curve([1.9, 2.4, 3.1, 3.9, 6.1, 8.8, 19, 37]),
        budget: { p50Ms: 20, p95Ms: 60, p99Ms: 120 },
      },
    ],
  };
}
