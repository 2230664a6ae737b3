import { expect, test } from '@playwright/test';
import { nameOf, type Planted, plantedSuites, verdictOf } from './product-suites.ts';
import { runInline } from './run-inline.ts';

/** Every matcher turns red, in every way in which it can, and says why. */
const BROKEN_PROMISES: Planted[] = [
  {
    suite: 'discovery/shared-service',
    defect: 'remote-silent',
    says: /west answered none of \d+ calls.*cause\? east: its control plane does not watch west/s,
  },
  { suite: 'discovery/remote-service', defect: 'strays', says: 'east answered and should not' },
  {
    suite: 'discovery/cluster-local',
    defect: 'local-leaks',
    says: /answered by nobody: not so \(\d+ × ok from/,
  },
  {
    suite: 'discovery/same-name',
    defect: 'local-leaks',
    says: /payments, called by cart in east, is answered by east: not so\. west answered and should not/,
  },
  {
    suite: 'discovery/same-name',
    defect: 'namesakes-mixed',
    says: 'payments-east in east answered, which is no pod of till',
  },
  { suite: 'discovery/remote-service', defect: 'some-calls-fail', says: /calls ended as http-5xx/ },
  {
    suite: 'discovery/propagation',
    defect: 'propagates-late',
    says: /west answered east after 2\d(\.\d)? s/,
  },
  {
    suite: 'discovery/propagation',
    defect: 'never-propagates',
    says: /west did not answer east within 25 s.*calls from east: \d+ × ok from east$/ms,
  },
  {
    suite: 'connectivity/protocols',
    defect: 'grpc-aborted',
    says: /grpc fails everywhere: within east, east → west, .*fault filter abort/,
  },
  { suite: 'connectivity/protocols', defect: 'strays', says: /calls were answered by east/ },
  {
    suite: 'connectivity/body-sizes',
    defect: 'body-limit',
    says: /bodies up to 64 kB pass, 1 MB and more do not: a size limit on the way.*413/,
  },
  {
    suite: 'connectivity/body-sizes',
    defect: 'first-call-lost',
    says: /bodies are lost now and then, 2 of 10 of 1 B, .*2 × reset/,
  },
  {
    suite: 'connectivity/long-lived',
    defect: 'first-call-lost',
    says: /2 of 13 gRPC streams were lost after 0\.0 s each/,
  },
  { suite: 'connectivity/body-sizes', defect: 'bodies-changed', says: /2 × corrupt/ },
  {
    suite: 'connectivity/idle',
    defect: 'idle-limit',
    says: /3 of 3 idle TCP connections were lost after 5\.0 s each, as if by a time limit/,
  },
  {
    suite: 'connectivity/long-lived',
    defect: 'stream-limit',
    says: /gRPC streams were lost after 3\.0 s each/,
  },
  { suite: 'dns/cluster-ip', defect: 'wrong-dns', says: '20 of 20 answers were ok 203.0.113.7' },
  { suite: 'dns/cluster-ip', defect: 'resolver-deaf', says: '20 of 20 answers were dns-timeout' },
  {
    suite: 'dns/headless',
    defect: 'dns-tcp-broken',
    says: /A roster\..* is dns-servfail \(SERVFAIL\) instead of .*\(4 of 4 over TCP\)/,
  },
  { suite: 'dns/record-types', defect: 'no-aaaa-no-name', says: 'is NXDOMAIN instead of NODATA' },
  {
    suite: 'dns/pod-names',
    defect: 'wrong-dns',
    says: /A crew-0\.crew\..* is 203\.0\.113\.7 instead of 10\./,
  },
  { suite: 'dns/short-names', defect: 'search-detour', says: 'looked up as payments.corp.test' },
  { suite: 'dns/ttl', defect: 'ttl-of-an-hour', says: /A payments\..*: is kept for 3600 s/ },
  { suite: 'dns/negative-caching', defect: 'nxdomain-sticks', says: /not known for good 35 s after/ },
  { suite: 'dns/truncation', defect: 'cuts-off-silently', says: /cut off \(70 of 100 addresses\) without/ },
  {
    suite: 'dns/every-node',
    defect: 'node-without-dns-tcp',
    says: /east: only on east-worker2, over TCP: \d+ of \d+ answers are wrong/,
  },
  {
    suite: 'dns/every-node',
    defect: 'one-resolver-lies',
    says: /east: only from 10\.110\.255\.253: .*payments.* is 203\.0\.113\.7/,
  },
  { suite: 'dns/capture-remote', defect: 'capture-off', says: /lookups of sole-\w+\..* were dns-nxdomain/ },
  { suite: 'dns/capture-local', defect: 'stale-capture', says: 'is 203.0.113.7 instead of 10.' },
  { suite: 'dns/latency', defect: 'slow-dns', says: 'p99 is 400.0 ms of 1000 lookups' },
  { suite: 'dns/unknown-name', defect: 'nxdomain-broken', says: '20 of 20 answers were ok 203.0.113.7' },
  { suite: 'mtls/plaintext', defect: 'permissive', says: 'mutual TLS is not STRICT for payments in east' },
  {
    suite: 'mtls/identity',
    defect: 'wrong-identity',
    says: 'it presents spiffe://cluster.local/ns/meshproof-mesh/sa/default',
  },
  {
    suite: 'mtls/identity',
    defect: 'foreign-root',
    says: 'is not signed by "O=Meshproof, CN=Meshproof root"',
  },
  { suite: 'mtls/identity', defect: 'expired', says: 'the leaf certificate expired at' },
  { suite: 'mtls/identity', defect: 'caller-mistaken', says: /It sees .*sa\/default/ },
  { suite: 'mtls/identity', defect: 'caller-unseen', says: 'It sees no client certificate' },
  {
    suite: 'policy/default-deny',
    defect: 'policy-hole',
    says: /It is allowed: cart@east → west GET \/elsewhere, cart@west → east GET/,
  },
  {
    suite: 'policy/segmentation',
    defect: 'policy-hole',
    says: /allowed, and must not be: intruder@east → west TCP :9090/,
  },
  {
    suite: 'policy/by-port',
    defect: 'policy-too-strict',
    says: /It is denied: cart@east → west TCP :9090/,
  },
  { suite: 'policy/network-policy', defect: 'fence-leaks', says: 'east: 3 of 5 calls passed' },
  {
    suite: 'locality/weighted-split',
    defect: 'split-off-by-five',
    says: /from east east answered \d+ of \d+ calls, 7[3-7]\S* % instead of 80 %/,
  },
  {
    suite: 'observability/trace-context',
    defect: 'trace-stripped',
    says: 'in west: traceparent did not arrive',
  },
  { suite: 'latency/in-cluster', defect: 'slow-p99', says: 'p99Ms is 480, budget 100' },
  {
    suite: 'latency/same-node',
    defect: 'dear-proxies',
    says: 'grpc: p50Ms is 12, 4 times that of no-mesh',
  },
  {
    suite: 'latency/cross-zone',
    defect: 'slow-handshakes',
    says: /http2: connectMs is .*http2: tlsHandshakeMs is/,
  },
  { suite: 'latency/through-gateway', defect: 'load-errors', says: 'HTTP 503: planted' },
  { suite: 'latency/cross-cluster', defect: 'load-errors', says: 'errorRatio is 0.01, budget 0.001' },
  {
    suite: 'failover/node-kill',
    defect: 'never-fails-over',
    says: 'no steady state came back while the fault held',
  },
  {
    suite: 'failover/node-kill',
    defect: 'no-failback',
    says: 'the lost place did not answer again after the revert',
  },
  {
    suite: 'failover/link-partition',
    defect: 'slow-failover',
    says: /failover took 8(?:\.\d+)? s, budget 5 s.*the longest gap/s,
  },
];

test('a broken promise is failed, and its reason names the cause', async () => {
  const run = await runInline(await plantedSuites(BROKEN_PROMISES));
  for (const planted of BROKEN_PROMISES) {
    expect.soft(verdictOf(run.verdict.tests, planted), nameOf(planted)).toMatchObject({
      verdict: 'failed',
      reason: expect.stringMatching(planted.says),
    });
  }
  expect(run.verdict).toMatchObject({
    verdict: 'failed',
    exitCode: 1,
    counts: { failed: BROKEN_PROMISES.length },
  });
  expect(run.exitCode).not.toBe(0);
});
