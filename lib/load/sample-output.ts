/** What the scripts print of one side, for tests: three calls of 1, 1.5 and 20 ms, and one that failed. */
export function sampleOutput(name: string): string {
  const none = { count: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0, buckets: [] };
  const buckets = [
    [1000, 1],
    [1500, 1],
    [20_000, 1],
  ];
  const latency = { count: 3, p50Ms: 1.5, p95Ms: 18.15, p99Ms: 19.63, maxMs: 20, buckets };
  const figures = { name, ok: 3, failed: 1, connects: { ok: 1, failed: 0 }, dropped: 0 };
  const failed = JSON.stringify(JSON.stringify([name, 'HTTP 503: no healthy upstream'])).slice(1, -1);
  return [
    `time="2026-11-22T10:00:00Z" level=warning msg="MESHPROOF_FAILED ${failed}" source=console`,
    `MESHPROOF_LOAD ${JSON.stringify({ startedAt: 1000, arms: [{ ...figures, latency, connect: none, tls: none }] })}`,
    'rest',
  ].join('\n');
}
