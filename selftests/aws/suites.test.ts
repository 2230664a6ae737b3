import { expect, test } from '@playwright/test';
import type { EksSettings } from '../../lib/model/aws.ts';
import { fakeLab } from '../fake-lab.ts';
import { nameOf, type Planted, plantedSuites, productSuites, verdictOf } from '../product-suites.ts';
import { runInline } from '../run-inline.ts';

const account = { name: 'default', deny: [] };
const provider: EksSettings = {
  kind: 'eks',
  kubernetes: '1.36',
  addons: { 'vpc-cni': 'v1.0.0-eksbuild.1', coredns: 'v1.0.0-eksbuild.1', 'kube-proxy': 'v1.0.0-eksbuild.1' },
  owner: 'team-mesh',
  ttlMs: 1,
  accounts: { default: account },
  clusters: {},
  links: 'peering',
  dns: { zone: 'mesh.example.internal', routing: 'failover', ttlMs: 30_000 },
  paths: [],
  expect: {
    flowLogs: true,
    controlPlaneLogs: [],
    containerInsights: false,
    residency: [{ service: 'shared', regions: ['region-east', 'region-west'] }],
  },
  images: { runtime: 'fake/runtime', k6: 'fake/k6' },
};

/** The fake lab, as if its clusters were on EKS. */
function labOnAws(regions: readonly string[]) {
  const { environment, ...lab } = fakeLab();
  const expect = { ...provider.expect, residency: [{ service: 'payments', regions }] };
  return { ...lab, environment: { ...environment, provider: { ...provider, expect } } };
}

const RED: Planted[] = [
  {
    suite: 'aws/network',
    defect: 'aws-shut',
    says: /nothing more: not so\. east → west tcp 15443 .* is denied by security group sg-west/,
  },
  {
    suite: 'aws/ways',
    defect: 'aws-shut',
    says: 'east → west tcp 15443: the configuration denies it, and calls got through',
  },
  { suite: 'aws/identities', defect: 'aws-unequal', says: 'iam is not in order' },
  { suite: 'aws/names', defect: 'aws-unequal', says: 'dns is not in order' },
  { suite: 'aws/recordings', defect: 'aws-unequal', says: 'cloudwatch is not in order' },
  {
    suite: 'aws/failover',
    defect: 'name-never-fails-over',
    says: /failover-did-not-happen: west: gateway\.mesh\.example\.internal never led to west within 1\d\d\.\d s, where 90\.0 s are allowed/,
  },
  {
    suite: 'aws/failover',
    defect: 'name-fails-over-late',
    says: /failover-late: east: .* led to west after 1\d\d\.\d s, .* where 90\.0 s are allowed/,
  },
  {
    suite: 'aws/failover',
    defect: 'name-lost',
    says: /answers-missing: east: \d+ × dns-servfail of \d+ lookups/,
  },
  {
    suite: 'aws/failover',
    defect: 'name-never-returns',
    says: /did-not-fail-back: west: gateway\.mesh\.example\.internal never led back to east within/,
  },
  {
    suite: 'aws/failover',
    defect: 'secondary-unhealthy',
    says: /failover-did-not-happen: not tried, because the secondary .* is unhealthy/,
  },
];

async function awsSuites(): Promise<Record<string, string>> {
  const all = await productSuites();
  return Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('aws/')));
}

test('the suites of AWS pass on a lab that is in order, and are not applicable elsewhere', async () => {
  test.setTimeout(400_000);
  const suites = await awsSuites();
  expect(Object.keys(suites)).toHaveLength(7);
  const here = await runInline(suites, { lab: labOnAws(['region-east', 'region-west']) });
  expect(here.verdict.tests.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
  const elsewhere = await runInline(suites);
  for (const { verdict, reason, durationMs } of elsewhere.verdict.tests) {
    expect({ verdict, reason }).toEqual({
      verdict: 'not-applicable',
      reason: 'istio in this environment lacks aws',
    });
    expect(durationMs).toBeLessThan(1000);
  }
});

test('each of them turns red, and says why', async () => {
  test.setTimeout(400_000);
  const { verdict } = await runInline(await plantedSuites(RED), {
    lab: labOnAws(['region-east', 'region-west']),
  });
  for (const planted of RED) {
    const found = verdictOf(verdict.tests, planted);
    expect(found?.verdict, nameOf(planted)).toBe('failed');
    expect(found?.reason).toMatch(planted.says);
  }
  // Behind an internal load balancer the checkers reach nobody: nothing is inverted, and the remedy is named.
  const internal = await runInline(
    await plantedSuites([{ suite: 'aws/failover', defect: 'checkers-reach-nobody', says: '' }]),
    { lab: labOnAws(['region-east', 'region-west']) },
  );
  expect(internal.verdict.tests[0]).toMatchObject({
    verdict: 'not-applicable',
    reason: expect.stringMatching(/answers as if all were well[^]*public endpoint, or of a CloudWatch alarm/),
  });
  // A service that answers from where it must not be.
  const { 'aws/residency.spec.ts': residency = '' } = await awsSuites();
  const strays = await runInline({ 'aws/residency.spec.ts': residency }, { lab: labOnAws(['region-east']) });
  expect(strays.verdict.tests[0]?.reason).toMatch(
    /calls of payments from east were answered by west \(region-west\), and may not leave region-east/,
  );
});
