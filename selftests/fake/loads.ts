import { encodeHistogram } from '../../lib/load/histogram.ts';
import { type LoadPlan, plannedCalls } from '../../lib/load/script-plan.ts';
import type { LoadResult, LoadTimes } from '../../lib/load/summary.ts';
import type { LoadArm } from '../../lib/model/load.ts';
import { isPlanted } from './defects.ts';

/** What k6 would have measured of one side of a load, with the defects that are planted. */
export function fakeLoad(arm: LoadArm, plan: LoadPlan, short: boolean): LoadResult {
  const { ratePerSecond } = plan.shape as { ratePerSecond: number };
  const dropped = short ? ratePerSecond : 0;
  const sent = plannedCalls(plan) - dropped;
  const errorRatio = isPlanted('load-errors') ? 0.01 : 0;
  const failed = Math.round(sent * errorRatio);
  const slow = isPlanted('slow-p99') || isPlanted('busy-machine');
  const dearProxies = isPlanted('dear-proxies') && !arm.name.includes('no-mesh');
  const nothing = timesOf(0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const setUp = isPlanted('slow-handshakes') ? timesOf(30, 60, 90) : timesOf(30, 1, 4);
  return {
    arm,
    startedAt: 0,
    ...timesOf(sent - failed, dearProxies ? 12 : 3, slow ? 480 : dearProxies ? 18 : 12),
    sent,
    calls: sent,
    failed,
    errorRatio,
    dropped,
    perSecond: (sent - failed) / plan.shape.seconds,
    connect: setUp,
    tls: arm.protocol === 'http2' ? setUp : nothing,
    failures: failed > 0 ? ['HTTP 503: planted'] : [],
  };
}

function timesOf(count: number, p50Ms: number, p99Ms: number): LoadTimes {
  const tail = Math.round(count / 50);
  const buckets =
    count === 0
      ? []
      : ([
          [p50Ms * 1000, count - tail],
          [p99Ms * 1000, tail],
        ] as const);
  const p95Ms = Math.min(p99Ms, 2.5 * p50Ms);
  return { count, p50Ms, p95Ms, p99Ms, maxMs: p99Ms + 9, histogram: encodeHistogram(buckets) };
}
