import type { FailoverTimers } from '../model/environment.ts';

export interface FailoverSituation {
  resilience: FailoverTimers;
  /** Calls a second that one client proxy sends to the service. */
  ratePerSecond: number;
  /** Endpoints of the service that the client knows, and how many of them are lost. */
  endpoints: number;
  lostEndpoints: number;
  /** Share of the calls that the least called of the lost endpoints gets, 0..1; default: all endpoints get the same. */
  leastShare?: number;
  /** Time after which the control plane takes the endpoint away (node-monitor-grace-period for a dead node). */
  endpointRemovalMs?: number;
  /** The same, at the latest; default: no later. */
  endpointRemovalLatestMs?: number;
  /** True when the target is silent (drop, dead node); false when its host refuses at once. Default true. */
  silent?: boolean;
}

export type FailoverTimer = 'try-timeout' | 'error-count' | 'endpoint-removal' | 'never';

export interface PredictedFailover {
  /** From the fault to the last lost endpoint out of the balancing, milliseconds; Infinity when nothing ends it. */
  expectedMs: number;
  /** Longer than this it takes in one case of a thousand only. */
  latestMs: number;
  dominatedBy: FailoverTimer;
  /** The terms: how long a failing try takes, and how long it takes to send enough of them. */
  failingTryMs: number;
  errorCountMs: number;
  /** Ejected endpoints are tried again after this, if they are still known then. */
  firstRetrialMs: number;
}

const ENDLESS = Number.POSITIVE_INFINITY;
/** The share of failovers that may take longer than `latestMs` although the timers explain them (DESIGN.md §2). */
const FALSE_ALARMS = 0.001;

/**
 * What live timers let expect. A proxy ejects a host when `consecutiveErrors` tries in a row have failed, at once, not
 * on the sweep (Envoy, "Outlier detection", consecutive errors). Calls are spread by the endpoints' shares, evenly unless
 * told otherwise, so one lost host sees rate · share of them; the last of its n failing calls is sent after n / that rate, and fails one
 * try later: expected = n / (rate · share) + try time. The control plane may be quicker.
 */
export function predictFailover(situation: FailoverSituation): PredictedFailover {
  const { resilience, ratePerSecond, endpoints, lostEndpoints } = situation;
  const { consecutiveErrors, baseEjectionMs } = resilience.outlierDetection;
  const silent = situation.silent ?? true;
  const failingTryMs = silent ? Math.min(resilience.tryTimeoutMs, resilience.connectTimeoutMs) : 0;
  const callMs = 1000 / (ratePerSecond * (situation.leastShare ?? 1 / endpoints));
  const errorCountMs = consecutiveErrors * callMs;
  if (lostEndpoints === 0)
    return { ...ends(0, 'never'), failingTryMs: 0, errorCountMs: 0, firstRetrialMs: 0 };
  const terms = { failingTryMs, errorCountMs, firstRetrialMs: baseEjectionMs };
  // Nobody is left to answer: to know who is lost helps no caller.
  if (lostEndpoints >= endpoints) return { ...ends(ENDLESS, 'never'), ...terms };
  const ejects = canEjectAll(situation);
  const outlierMs = ejects ? failingTryMs + errorCountMs : ENDLESS;
  const removalMs = situation.endpointRemovalMs ?? ENDLESS;
  const latestMs = Math.min(
    ejects ? latestEjectionMs(situation, callMs) : ENDLESS,
    situation.endpointRemovalLatestMs ?? removalMs,
  );
  const all = { ...terms, latestMs };
  if (removalMs < outlierMs) return { expectedMs: removalMs, dominatedBy: 'endpoint-removal', ...all };
  if (!Number.isFinite(outlierMs)) return { expectedMs: outlierMs, dominatedBy: 'never', ...all };
  const dominatedBy = failingTryMs >= errorCountMs ? 'try-timeout' : 'error-count';
  return { expectedMs: outlierMs, dominatedBy, ...all };
}

function ends(ms: number, dominatedBy: FailoverTimer) {
  return { expectedMs: ms, latestMs: ms, dominatedBy };
}

/**
 * Envoy ejects while the share of ejected hosts is below maxEjectionPercent, and one host always (Envoy, "Outlier
 * detection", max_ejection_percent).
 */
function canEjectAll({ resilience, endpoints, lostEndpoints }: FailoverSituation): boolean {
  const percent = resilience.outlierDetection.maxEjectionPercent;
  return lostEndpoints <= Math.max(1, Math.ceil((percent * endpoints) / 100));
}

/**
 * The calls that one host gets are a random part of all of them, so that the n-th comes by chance (a Poisson process); and a
 * proxy that counts outstanding calls sends the k-th to a silent host k times as slowly as the first (Envoy, "Load
 * balancers", weighted least request: weight / (outstanding + 1)), (n + 1) / 2 times on average. A call on a connection that was
 * open before is given up after the time limit of a try, one on a new connection after that of connecting.
 */
function latestEjectionMs(
  { resilience, lostEndpoints, silent = true }: FailoverSituation,
  callMs: number,
): number {
  const { consecutiveErrors: needed } = resilience.outlierDetection;
  if (!Number.isFinite(needed)) return ENDLESS;
  const limits = [resilience.tryTimeoutMs, resilience.connectTimeoutMs].filter(Number.isFinite);
  const tryMs = silent ? Math.max(0, ...limits) : 0;
  const calls = enoughCalls(needed, FALSE_ALARMS / Math.max(1, lostEndpoints));
  return tryMs + calls * callMs * (silent ? (needed + 1) / 2 : 1);
}

/** The mean of a Poisson distribution that is below `needed` with this probability. */
function enoughCalls(needed: number, probability: number): number {
  const below = (mean: number) => {
    let term = Math.exp(-mean);
    let sum = 0;
    for (let count = 0; count < needed; count += 1) {
      sum += term;
      term *= mean / (count + 1);
    }
    return sum;
  };
  let low = needed;
  let high = needed;
  while (below(high) > probability) high *= 2;
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    if (below(middle) > probability) low = middle;
    else high = middle;
  }
  return high;
}
