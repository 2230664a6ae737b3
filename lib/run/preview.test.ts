import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { onEks } from '../../selftests/aws/eks-lab.ts';
import { fakeCluster, fakeLab } from '../../selftests/fake-lab.ts';
import type { PlannedTest } from '../model/run.ts';
import { projectRoot } from '../support/paths.ts';
import { previewVerify } from './preview.ts';
import { LASTING_CHANGES } from './preview-changes.ts';

const lab = fakeLab();

function planned(suite: string, phase: PlannedTest['phase']): PlannedTest {
  const [capability = ''] = suite.split('/');
  const id = `${suite}: holds`;
  return { id, capability, title: 'holds', file: '/x.spec.ts', phase, profile: 'core', needs: [] };
}
const dns = planned('dns/ttl', 'conformance');
const kill = planned('failover/node-kill', 'disruptive');
const cut = planned('failover/link-partition', 'disruptive');
const durations = { [dns.id]: 4, [kill.id]: 50.5, [cut.id]: 60 };

/** East, west and north, of which some call. */
function ofThree(tests: PlannedTest[], callers: string[], up = true): string {
  const three = ['east', 'west', 'north'];
  const [first] = lab.environment.clusters;
  if (!first) throw new Error('no cluster');
  const environment = { ...lab.environment, clusters: three.map((name) => ({ ...first, name })) };
  const clusters = three.map((name, index) => fakeCluster(name, index + 1));
  const live = up ? { ...lab, environment, clusters } : undefined;
  return previewVerify(environment, live, { tests, durations, callers }).join('\n');
}

test('the plan names clusters, namespaces, and each fault with mechanism, blast radius and deadline', () => {
  const plan = { tests: [dns, kill, cut], durations, callers: [] };
  const text = previewVerify(lab.environment, lab, plan).join('\n');
  expect(text).toContain('use the environment fake, which is up');
  expect(text).toContain('run 1 tests side by side (dns 1); 4 s in sum');
  expect(text).toContain('run 2 tests alone, under faults (failover 2); 110.5 s in sum');
  expect(text).toContain('node-kill (docker): the node of east that runs payments');
  expect(text).toContain('link-partition (nftables): every packet from west (3 nodes) to east (3 nodes)');
  expect(text).toContain('east-worker2');
  expect(text).toContain('reverted at 80 s at the latest');
});

test('the victims are those that the run takes: the last caller loses the first other cluster', () => {
  const all = ofThree([kill, cut], []);
  expect(all).toContain('node-kill (docker): the node of east that');
  expect(all).toContain('every packet from north (3 nodes) to east (3 nodes)');
  const east = ofThree([kill, cut], ['east']);
  expect(east).toContain('node-kill (docker): the node of west that');
  expect(east).toContain('every packet from east (3 nodes) to west (3 nodes)');
  // The order is the environment's, not that of --from.
  expect(ofThree([cut], ['west', 'east'])).toContain('every packet from west (3 nodes) to east (3 nodes)');
  expect(ofThree([cut], ['east'], false)).toContain('link-partition (nftables): east → west');
});

test('the inverted health check of the suite aws/failover is announced where its records are', () => {
  const { environment } = onEks(lab);
  const { provider } = environment;
  if (provider.kind !== 'eks') throw new Error('not on EKS');
  const inverts = planned('aws/failover', 'disruptive');
  const plan = { tests: [inverts], durations, callers: [] };
  const names = { zone: 'mesh.test', routing: 'failover', ttlMs: 30_000 } as const;
  const named = { ...environment, provider: { ...provider, dns: names } };
  expect(previewVerify(named, lab, plan).join('\n')).toContain(
    'fault health-check-inversion (route53): the health check of the gateway of east; gateway.mesh.test leads elsewhere',
  );
  expect(previewVerify(environment, lab, plan).join('\n')).not.toContain('health-check-inversion');
  expect(previewVerify(named, lab, { ...plan, tests: [cut] }).join('\n')).not.toContain('inversion');
});

test('a fault or change of a test that is not selected is not announced', () => {
  expect(ofThree([kill], [])).not.toContain('link-partition');
  expect(ofThree([cut], [])).not.toContain('node-kill');
  expect(ofThree([kill, cut], [])).not.toContain('change (');
});

test('each lasting change is announced with the clusters that it concerns', () => {
  const suites = Object.keys(LASTING_CHANGES);
  const text = ofThree(
    suites.map((suite) => planned(suite, 'exclusive')),
    ['west'],
  );
  for (const suite of suites) expect(text).toContain(`change (${suite}): `);
  expect(text).toContain('guest (one node), peer it with east, west, north');
  expect(text).toContain('cluster DNS (CoreDNS) of west, one pod');
  expect(text).toContain('the intermediate that signs in north');
});

test('every suite that is said to change something is there', () => {
  for (const suite of Object.keys(LASTING_CHANGES))
    expect(existsSync(join(projectRoot, 'suites', `${suite}.spec.ts`)), suite).toBe(true);
});

test('without failover there is no fault, and an environment that is not up would be made', () => {
  const text = previewVerify(lab.environment, undefined, {
    tests: [dns],
    durations,
    callers: [],
  }).join('\n');
  expect(text).not.toContain('fault');
  expect(text).toContain(
    'make the environment fake: east, west (6 nodes, provider kind, mesh istio), and remove it',
  );
});
