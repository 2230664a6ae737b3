import { measureFailover, type MeasuredFailover } from '../analysis/failover-measured.ts';
import { resolutionMs } from '../analysis/outage.ts';
import { type FailoverTimer, type PredictedFailover, predictFailover } from '../analysis/predicted.ts';
import { formatDuration } from '../model/duration.ts';
import type { Recording } from '../model/call-plan.ts';
import type { Lab } from '../model/lab.ts';
import type { FaultRecord } from './faults.ts';
import { STEADY_MS } from './judge.ts';
import { type Gateways, type Loss, lossOf } from './losses.ts';
import type { ScenarioProbe } from './schema.ts';
import type { Surroundings } from './surroundings.ts';

/** A fault as one probe felt it, beside what live timers let expect. */
export interface Comparison {
  fault: string;
  probe: string;
  /** What was expected and from what, or why nothing can be said, in words. */
  predicted: string;
  measured: string;
  /** Milliseconds; undefined where there is no prediction, infinite where no timer ends it. */
  expectedMs: number | undefined;
  latestMs: number | undefined;
  measuredMs: number | undefined;
  /** The timer that decides. */
  dominatedBy: string | undefined;
  /** What the timers do not explain, in words; undefined when there is no such gap. */
  unexplained: string | undefined;
}

/** What comparing takes. */
export interface Compared {
  faults: readonly FaultRecord[];
  probes: readonly ScenarioProbe[];
  recordings: ReadonlyMap<string, Recording>;
  lab: Pick<Lab, 'clusters'>;
  gateways: Gateways | undefined;
}

/**
 * Sets what each fault cost the callers of a service beside what the timers let expect that were in force just before it.
 * A longer time than they explain is a finding, and no failure: the promise of the scenario may have held all the same. Pure.
 */
export function comparePredictions({ faults, probes, recordings, lab, gateways }: Compared): Comparison[] {
  return faults.flatMap((fault, index) =>
    probes.flatMap((probe): Comparison[] => {
      const recording = recordings.get(probe.name);
      const around = fault.around?.[probe.name];
      if (!fault.injectedAt || !recording || probe.plane !== 'data') return [];
      const measured = measureFailover(recording, {
        from: fault.injectedAt.from,
        to: Math.min(fault.revertedAt ?? Number.POSITIVE_INFINITY, nextFault(faults, index)),
        windowMs: STEADY_MS,
        errorRatio: probe.steady.errorRatio,
      });
      const row = {
        fault: fault.name,
        probe: probe.name,
        measured: measuredWords(measured),
        measuredMs: measured.steadyMs,
      };
      const none = (why: string): Comparison[] => [
        {
          ...row,
          predicted: `no prediction: ${why}`,
          expectedMs: undefined,
          latestMs: undefined,
          dominatedBy: undefined,
          unexplained: undefined,
        },
      ];
      const others = heldWith(fault, faults);
      if (others.length > 0)
        return none(`${others.join(', ')} held already, and what comes of both is not known`);
      if (!around) return none('nobody looked at the timers before it');
      if ('unread' in around) return none(`the timers could not be read: ${around.unread}`);
      const loss = lossOf(fault.plan, around, lab, gateways);
      if ('why' in loss) return none(loss.why);
      const predicted = predictLoss(loss, around);
      return [
        {
          ...row,
          predicted: predictedWords(predicted, loss, around),
          expectedMs: predicted.expectedMs,
          latestMs: predicted.latestMs,
          dominatedBy:
            loss.lost.length === 0 ? 'nothing is lost' : timerWords(predicted.dominatedBy, loss, around),
          unexplained: unexplainedWords(fault, measured, predicted, recording),
        },
      ];
    }),
  );
}

function predictLoss(
  { lost, silent, removal }: Loss,
  { live, ratePerSecond }: Surroundings,
): PredictedFailover {
  const all = live.endpoints.reduce((sum, { weight }) => sum + weight, 0);
  const weights = live.endpoints.filter(({ address }) => lost.includes(address)).map(({ weight }) => weight);
  return predictFailover({
    resilience: live.timers,
    ratePerSecond,
    endpoints: live.endpoints.length,
    lostEndpoints: weights.length,
    silent,
    ...(weights.length === 0 ? {} : { leastShare: Math.min(...weights) / all }),
    ...(removal ? { endpointRemovalMs: removal.ms, endpointRemovalLatestMs: removal.latestMs } : {}),
  });
}

function predictedWords(
  predicted: PredictedFailover,
  loss: Loss,
  { live }: Pick<Surroundings, 'live'>,
): string {
  const { expectedMs, latestMs } = predicted;
  if (loss.lost.length === 0) return '0 ms: no endpoint of the service is lost';
  const lost = `${loss.lost.length} of ${live.endpoints.length} endpoints are lost`;
  if (!Number.isFinite(expectedMs)) return `${lost}, and no timer ends that before the revert`;
  const latest = Number.isFinite(latestMs) ? `, ${formatDuration(latestMs)} at the latest` : '';
  return `${formatDuration(expectedMs)}${latest}: ${lost}`;
}

/** The timer that decides, with its value. */
function timerWords(
  timer: FailoverTimer,
  loss: Loss,
  { live: { timers } }: Pick<Surroundings, 'live'>,
): string {
  const { tryTimeoutMs, connectTimeoutMs, outlierDetection } = timers;
  switch (timer) {
    case 'try-timeout':
      return tryTimeoutMs <= connectTimeoutMs
        ? `time limit of a try (${formatDuration(tryTimeoutMs)})`
        : `connect timeout (${formatDuration(connectTimeoutMs)})`;
    case 'error-count':
      return `outlier detection (${outlierDetection.consecutiveErrors} errors in a row)`;
    case 'endpoint-removal':
      return `${loss.removal?.by ?? 'removal of the endpoint'} (${formatDuration(loss.removal?.ms ?? 0)})`;
    case 'never':
      return 'none';
  }
}

function measuredWords({ failed, steadyMs, relapseMs }: MeasuredFailover): string {
  if (failed === 0) return 'no call failed while it held';
  const lost = `${failed} calls failed`;
  if (steadyMs === undefined) return `not over before the revert; ${lost}`;
  const relapse = relapseMs === undefined ? '' : `, and again after ${formatDuration(relapseMs)}`;
  return `${formatDuration(steadyMs)}${relapse}; ${lost}`;
}

/** What is longer than the timers explain, as far as the recording can tell. */
function unexplainedWords(
  { name, injectedAt, revertedAt }: FaultRecord,
  { steadyMs, relapseMs }: MeasuredFailover,
  { latestMs, firstRetrialMs }: PredictedFailover,
  recording: Recording,
): string | undefined {
  if (!injectedAt || !Number.isFinite(latestMs)) return undefined;
  // It was in place at some time in between.
  const knownTo = resolutionMs(recording) + injectedAt.to - injectedAt.from;
  const limit = latestMs + knownTo;
  const explained = `the timers explain ${formatDuration(latestMs)}, and times are known to ${formatDuration(knownTo)}`;
  const heldMs = (revertedAt ?? Number.POSITIVE_INFINITY) - injectedAt.from;
  if (steadyMs === undefined)
    return limit + STEADY_MS < heldMs
      ? `${name}: calls did not come back in the ${formatDuration(heldMs)} that it held; ${explained}`
      : undefined;
  if (steadyMs > limit) return `${name}: calls came back after ${formatDuration(steadyMs)}; ${explained}`;
  // Ejected endpoints are tried again, and may fail again; before that nothing should.
  if (relapseMs !== undefined && relapseMs + STEADY_MS + knownTo < firstRetrialMs)
    return `${name}: calls failed again after ${formatDuration(relapseMs)}, and ejected endpoints are not tried again before ${formatDuration(firstRetrialMs)}`;
  return undefined;
}

/** The next fault begins a failover of its own. */
function nextFault(faults: readonly FaultRecord[], index: number): number {
  const at = faults[index]?.injectedAt?.from ?? 0;
  const later = faults.flatMap(({ injectedAt }) =>
    injectedAt && injectedAt.from > at ? [injectedAt.from] : [],
  );
  return Math.min(Number.POSITIVE_INFINITY, ...later);
}

/** Other faults that held when one began. */
function heldWith({ injectedAt }: FaultRecord, faults: readonly FaultRecord[]): string[] {
  const at = injectedAt?.from ?? 0;
  return faults.flatMap((other) =>
    other.injectedAt && other.injectedAt.from < at && (other.revertedAt ?? Number.POSITIVE_INFINITY) > at
      ? [other.name]
      : [],
  );
}
