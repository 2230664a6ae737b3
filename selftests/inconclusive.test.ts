import { expect, test } from '@playwright/test';
import { nameOf, type Planted, plantedSuites, productSuites, verdictOf } from './product-suites.ts';
import { runInline } from './run-inline.ts';

/** Evidence that carries no verdict: the mesh is not blamed, and nothing is passed. */
const NO_EVIDENCE: Planted[] = [
  {
    suite: 'mtls/plaintext',
    defect: 'control-deaf',
    says: /^control: stranger in east does not reach tolerant: 10 × connect-timeout/,
  },
  {
    suite: 'mtls/plaintext',
    defect: 'rejects-by-timeout',
    says: /not by a rejection \(reset\): 10 × connect-timeout/,
  },
  { suite: 'mtls/identity', defect: 'agent-starved', says: /no call was answered .*agent: EMFILE/ },
  { suite: 'mtls/identity', defect: 'no-certificate', says: 'no certificate was seen: reset' },
  { suite: 'mtls/identity', defect: 'remote-silent', says: 'no call was answered by payments in west' },
  {
    suite: 'dns/unknown-name',
    defect: 'resolver-deaf',
    says: /^control: the resolver does not answer for payments/,
  },
  { suite: 'dns/pod-names', defect: 'no-endpoints', says: 'no endpoint with a host name' },
  { suite: 'dns/truncation', defect: 'no-endpoints', says: 'has 0 addresses, too few to be cut off' },
  { suite: 'dns/latency', defect: 'busy-machine', says: 'an idle agent was 300 ms late' },
  { suite: 'dns/negative-caching', defect: 'nxdomain-broken', says: 'the name was not unknown at first' },
  { suite: 'dns/capture-local', defect: 'wrong-dns', says: 'the cluster DNS of east is wrong itself' },
  { suite: 'dns/capture-remote', defect: 'nxdomain-broken', says: 'control: the cluster DNS' },
  { suite: 'dns/every-node', defect: 'no-pod', says: 'no sentinel runs on east-control-plane' },
  {
    suite: 'policy/default-deny',
    defect: 'denied-by-the-application',
    says: /neither allowed nor denied: cart@east → east GET \/elsewhere \(http-4xx: HTTP 403: not today\)/,
  },
  { suite: 'policy/segmentation', defect: 'agent-starved', says: /does not reach the vault/ },
  { suite: 'dns/cluster-ip', defect: 'agent-starved', says: /agent could not send/ },
  { suite: 'discovery/shared-service', defect: 'agent-starved', says: /agent could not send/ },
  { suite: 'discovery/propagation', defect: 'agent-starved', says: /agent could not send/ },
  { suite: 'latency/in-cluster', defect: 'dropped-load', says: 'the load was not what was asked for' },
  {
    suite: 'failover/node-kill',
    defect: 'no-steady-state',
    says: /no steady state before the fault.*http-5xx/,
  },
  {
    suite: 'failover/node-kill',
    defect: 'witness-never-fails',
    says: 'the node-kill was never seen to bite',
  },
  {
    suite: 'failover/node-kill',
    defect: 'agent-late',
    says: 'the agent was late: p99 2500.0 ms, limit 2000 ms',
  },
  {
    suite: 'failover/link-partition',
    defect: 'fault-has-no-effect',
    says: 'the fault was not seen to take effect',
  },
  {
    suite: 'failover/link-partition',
    defect: 'lost-still-answers',
    says: 'the place that was lost still answered',
  },
];

test('evidence that carries no verdict is inconclusive, and its reason says what is missing', async () => {
  const run = await runInline(await plantedSuites(NO_EVIDENCE));
  for (const planted of NO_EVIDENCE) {
    expect.soft(verdictOf(run.verdict.tests, planted), nameOf(planted)).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(planted.says),
    });
  }
  expect(run.verdict).toMatchObject({
    verdict: 'inconclusive',
    exitCode: 2,
    counts: { inconclusive: NO_EVIDENCE.length },
  });
  expect(run.exitCode).not.toBe(0);
});

test('a measurement that carries no verdict is made again, and the next round decides', async () => {
  const { 'latency/in-cluster.spec.ts': latency = '' } = await productSuites();
  const planting = `test.beforeEach(() => { process.env['MESHPROOF_FAKE_DEFECTS'] = 'first-load-dropped'; });`;
  const run = await runInline({ 'latency/in-cluster.spec.ts': `${latency}\n${planting}` });
  expect(run.verdict).toMatchObject({ verdict: 'passed', exitCode: 0, counts: { passed: 1 } });
});
