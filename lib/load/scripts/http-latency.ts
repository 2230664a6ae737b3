import http from 'k6/http';
import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';

/**
 * Calls TARGET at a constant arrival rate (open loop) and prints one line: `MESHPROOF_SUMMARY {…}`. It judges
 * nothing. Settings come from the environment:
 *   TARGET        URL of an agent's HTTP echo
 *   RATE          calls a second (100)
 *   DURATION      seconds that count (20)
 *   WARMUP        seconds before, which don't count (3): connections of proxies are opened then
 *   TIMEOUT       seconds after which a call has failed (5)
 *   CONNECTION    `pooled` (keep-alive, default) or `fresh`
 *   EXPECT        cluster that must answer; any when empty
 */
const rate = Number(__ENV['RATE'] ?? 100);
const seconds = Number(__ENV['DURATION'] ?? 20);
const warmup = Number(__ENV['WARMUP'] ?? 3);
const timeout = Number(__ENV['TIMEOUT'] ?? 5);
const target = __ENV['TARGET'] ?? '';
const expected = __ENV['EXPECT'] ?? '';

const latency = new Trend('meshproof_latency', true);
const failed = new Rate('meshproof_failed');
const answered = new Counter('meshproof_ok');

/** As many callers as calls can be under way when every call takes half a second; more are made up to the timeout. */
const arrival = {
  executor: 'constant-arrival-rate',
  rate,
  timeUnit: '1s',
  preAllocatedVUs: Math.max(10, Math.ceil(rate / 2)),
  maxVUs: Math.max(20, Math.ceil(rate * timeout)),
} as const;

export const options: Options = {
  scenarios: {
    ...(warmup > 0 ? { warmup: { ...arrival, duration: `${warmup}s`, gracefulStop: '0s' } } : {}),
    measured: {
      ...arrival,
      startTime: `${warmup}s`,
      duration: `${seconds}s`,
      gracefulStop: `${Math.ceil(timeout)}s`,
    },
  },
  noConnectionReuse: __ENV['CONNECTION'] === 'fresh',
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max', 'count'],
};

export default function callOnce(): void {
  const { status, timings, body } = http.get(target, { timeout: `${timeout}s` });
  if (exec.scenario.name !== 'measured') return;
  const ok = status === 200 && typeof body === 'string' && answeredAsExpected(body);
  failed.add(!ok);
  if (!ok) return;
  answered.add(1);
  // http_req_duration leaves out the time to connect, which is what a fresh connection costs.
  latency.add(timings.blocked + timings.connecting + timings.tls_handshaking + timings.duration);
}

function answeredAsExpected(body: string): boolean {
  try {
    const { place } = JSON.parse(body) as { place?: { cluster?: string } };
    return place?.cluster !== undefined && (expected === '' || place.cluster === expected);
  } catch {
    return false;
  }
}

interface Summary {
  metrics: Record<string, { values: Record<string, number> } | undefined>;
}

export function handleSummary(data: Summary): Record<string, string> {
  const values = (metric: string) => data.metrics[metric]?.values ?? {};
  const times = values('meshproof_latency');
  const errors = values('meshproof_failed');
  const summary = {
    // Of a k6 Rate, `passes` counts what was true: here the failures.
    count: (errors['passes'] ?? 0) + (errors['fails'] ?? 0),
    ok: values('meshproof_ok')['count'] ?? 0,
    errorRatio: errors['rate'] ?? 1,
    dropped: values('dropped_iterations')['count'] ?? 0,
    p50Ms: times['med'] ?? null,
    p95Ms: times['p(95)'] ?? null,
    p99Ms: times['p(99)'] ?? null,
    maxMs: times['max'] ?? null,
  };
  return { stdout: `MESHPROOF_SUMMARY ${JSON.stringify(summary)}\n` };
}
