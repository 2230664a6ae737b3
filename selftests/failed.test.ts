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
  { suite: 'discovery/remote-service', defect: 'some-calls-fail', says: /calls ended as http-5xx/ },
  { suite: 'discovery/propagation', defect: 'propagates-late', says: 'it took 20 s' },
  { suite: 'discovery/propagation', defect: 'never-propagates', says: /not within 25 s .*503 UH/ },
  { suite: 'dns/cluster-ip', defect: 'wrong-dns', says: '20 of 20 answers were ok 203.0.113.7' },
  { suite: 'dns/cluster-ip', defect: 'resolver-deaf', says: '20 of 20 answers were dns-timeout' },
  { suite: 'dns/headless', defect: 'dns-tcp-broken', says: '10 of 20 answers were dns-servfail' },
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
  { suite: 'latency/in-cluster', defect: 'slow-p99', says: 'p99Ms is 480, budget 100' },
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
