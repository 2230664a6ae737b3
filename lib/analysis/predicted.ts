import type { ResilienceSettings } from '../model/environment.ts';

export interface FailoverSituation {
  resilience: ResilienceSettings;
  /** Calls a second that one client proxy sends to the service. */
  ratePerSecond: number;
  /** Endpoints of the service that the client knows, and how many of them are lost. */
  endpoints: number;
  lostEndpoints: number;
  /** Time after which the control plane takes the endpoint away (node-monitor-grace-period for a dead node). */
  endpointRemovalMs?: number;
  /** True when the target is silent (drop, dead node); false when its host refuses at once. Default true. */
  silent?: boolean;
}

type FailoverTimer = 'try-timeout' | 'error-count' | 'endpoint-removal' | 'never';

export interface PredictedFailover {
  /** From the fault to the last lost endpoint out of the balancing, milliseconds; Infinity when nothing ends it. */
  expectedMs: number;
  dominatedBy: FailoverTimer;
  /** The terms: how long a failing try takes, and how long it takes to send enough of them. */
  failingTryMs: number;
  errorCountMs: number;
  /** Ejected endpoints are tried again after this, if they are still known then. */
  firstRetrialMs: number;
}

/**
 * What live timers let expect. A proxy ejects a host when `consecutiveErrors` tries in a row have failed, at once, not
 * on the sweep (Envoy, "Outlier detection", consecutive errors). Calls are spread evenly, so one lost host sees
 * rate / endpoints; the last of its n failing calls is sent after n / that rate, and fails one try later:
 * expected = n·endpoints / rate + try time. The control plane may be quicker.
 */
export function predictFailover(situation: FailoverSituation): PredictedFailover {
  const { resilience, ratePerSecond, endpoints, lostEndpoints } = situation;
  const { consecutiveErrors, baseEjectionMs } = resilience.outlierDetection;
  const silent = situation.silent ?? true;
  const failingTryMs = silent ? Math.min(resilience.tryTimeoutMs, resilience.connectTimeoutMs) : 0;
  const errorCountMs = (consecutiveErrors * endpoints * 1000) / ratePerSecond;
  const outlierMs = canEjectAll(situation) ? failingTryMs + errorCountMs : Number.POSITIVE_INFINITY;
  const removalMs = situation.endpointRemovalMs ?? Number.POSITIVE_INFINITY;
  const terms = { failingTryMs, errorCountMs, firstRetrialMs: baseEjectionMs };
  if (lostEndpoints === 0) return { expectedMs: 0, dominatedBy: 'never', ...terms };
  if (removalMs < outlierMs) return { expectedMs: removalMs, dominatedBy: 'endpoint-removal', ...terms };
  if (!Number.isFinite(outlierMs)) return { expectedMs: outlierMs, dominatedBy: 'never', ...terms };
  const dominatedBy = failingTryMs >= errorCountMs ? 'try-timeout' : 'error-count';
  return { expectedMs: outlierMs, dominatedBy, ...terms };
}

/**
 * Envoy ejects while the share of ejected hosts is below maxEjectionPercent, and one host always (Envoy, "Outlier
 * detection", max_ejection_percent).
 */
function canEjectAll({ resilience, endpoints, lostEndpoints }: FailoverSituation): boolean {
  const percent = resilience.outlierDetection.maxEjectionPercent;
  return lostEndpoints <= Math.max(1, Math.ceil((percent * endpoints) / 100));
}
