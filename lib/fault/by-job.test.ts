import { expect, test } from '@playwright/test';
import { throughJobs } from '../../selftests/cluster/adopted.ts';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { FaultSpec } from '../model/fault.ts';
import { planFault } from './plan.ts';

const lab = throughJobs(fakeLab());
const plan = (spec: FaultSpec, at = lab) => planFault(spec, at, { run: 'run-1', lastsMs: 60_000 });
const [server, worker] = ['control-plane', 'worker'].map(
  (role) => lab.clusters[0]?.nodes.find((node) => node.role === role)?.name ?? '',
) as [string, string];
const cluster = 'east';

for (const spec of [
  { kind: 'node-kill', cluster, node: worker },
  { kind: 'cluster-outage', cluster },
  { kind: 'kubelet-stop', cluster, node: worker },
  { kind: 'api-outage', cluster },
  { kind: 'process-freeze', cluster, program: 'etcd' },
  { kind: 'node-partition', cluster, node: server },
] as const) {
  test(`${JSON.stringify(spec)} is not applicable where only Jobs get into nodes, and is elsewhere`, () => {
    expect(() => plan(spec)).toThrow(/it (takes the engine|would cut the way)/);
    expect(plan(spec, fakeLab()).spec).toEqual(spec);
  });
}

test('what leaves the way in open is planned, with the nodes as Jobs know them', () => {
  const { access, targets } = plan({ kind: 'link-partition', from: 'west', to: cluster });
  expect(access.by).toBe('job');
  expect(targets.map(({ container }) => container)).toContain(`${cluster}/${worker}`);
  expect(plan({ kind: 'process-freeze', cluster, program: 'istiod' }).mechanism).toBe('signal');
});

test('a node that is cut off keeps the port on which it is reverted, in both directions and before all other rules', () => {
  const isolated: FaultSpec = { kind: 'node-partition', cluster, node: worker };
  const [{ chains = '' } = {}] = plan(isolated).targets;
  expect(chains.indexOf('tcp dport { 10250 } accept')).toBeLessThan(chains.indexOf('drop'));
  expect(chains).toContain('tcp sport { 10250 } accept');
  expect(plan(isolated).blastRadius).toContain('port 10250 stays open');
  const [{ chains: whole = '' } = {}] = plan(isolated, fakeLab()).targets;
  expect(whole).not.toContain('accept\n');
});

test('what asks the API server from a node takes a node of the control plane', () => {
  const managed = {
    ...lab,
    clusters: lab.clusters.map((one) => ({
      ...one,
      nodes: one.nodes.filter(({ role }) => role === 'worker'),
    })),
  };
  const outage: FaultSpec = { kind: 'workload-outage', cluster, program: 'istiod' };
  expect(plan(outage).mechanism).toBe('scale');
  expect(() => plan(outage, managed)).toThrow('no such node is in the cluster');
});
