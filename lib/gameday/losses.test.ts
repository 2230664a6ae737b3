import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { planFault } from '../fault/plan.ts';
import type { FaultSpec } from '../model/fault.ts';
import { type Loss, lossOf } from './losses.ts';
import { sampleSurroundings } from './sample.ts';

const lab = fakeLab();
const gateways = { namespace: 'istio-system', app: 'gateway' };
/** Of east, as callers in west see it: a gateway on each worker, and one pod behind both. */
const EAST = ['192.0.2.11', '192.0.2.12'];

function loss(spec: FaultSpec, around = sampleSurroundings()): Loss | { why: string } {
  return lossOf(planFault(spec, lab, { run: 'run-1', lastsMs: 1000 }), around, lab, gateways);
}

test('the node of the only pod takes all ways into its cluster along; another takes its own gateway', () => {
  const withPod = loss({ kind: 'node-kill', cluster: 'east', node: 'east-worker' });
  expect(withPod).toMatchObject({ lost: EAST, silent: true, removal: { ms: 50_000, latestMs: 65_000 } });
  expect(loss({ kind: 'node-pause', cluster: 'east', node: 'east-worker2' })).toMatchObject({
    lost: [EAST[1]],
  });
  expect(loss({ kind: 'node-kill', cluster: 'west', node: 'west-worker' })).toMatchObject({
    lost: ['10.2.0.1'],
  });
});

test('who is lost with its control plane is missed by nobody', () => {
  const gone = loss({ kind: 'cluster-outage', cluster: 'east' });
  expect(gone).toMatchObject({ lost: EAST });
  expect(gone).not.toHaveProperty('removal');
});

test('a link takes what is behind it in one direction or both; another plane of it takes nothing', () => {
  const link = { kind: 'link-partition', from: 'east', to: 'west' } as const;
  expect(loss(link)).toEqual({ lost: EAST, silent: true });
  expect(loss({ ...link, plane: 'data', bothWays: true })).toMatchObject({ lost: EAST });
  expect(loss({ ...link, plane: 'control' })).toMatchObject({ lost: [] });
});

test('gateways that are gone refuse, gateways that hang say nothing; a control plane that is gone takes nothing', () => {
  const outage = { kind: 'workload-outage', cluster: 'east', program: 'gateway' } as const;
  expect(loss(outage)).toEqual({ lost: EAST, silent: false });
  expect(loss({ ...outage, kind: 'process-freeze' })).toEqual({ lost: EAST, silent: true });
  expect(loss({ ...outage, cluster: 'west' })).toMatchObject({ lost: [] });
  expect(loss({ ...outage, program: 'istiod' })).toMatchObject({ lost: [] });
  expect(loss({ kind: 'api-outage', cluster: 'east' })).toMatchObject({ lost: [] });
});

test('pods that are killed are taken away by the next push; those of others are no loss', () => {
  const kill = { kind: 'pod-kill', cluster: 'east', namespace: 'meshproof-mesh', app: 'payments' } as const;
  expect(loss(kill)).toMatchObject({ lost: EAST, removal: { ms: 100, latestMs: 10_000 } });
  expect(loss({ ...kill, cluster: 'west' })).toMatchObject({ lost: ['10.2.0.1'] });
  expect(loss({ ...kill, app: 'ledger' })).toMatchObject({ lost: [] });
  expect(loss({ ...kill, namespace: 'istio-system', app: 'gateway' })).toMatchObject({ lost: EAST });
});

test('certificates that nobody trusts are no loss of endpoints', () => {
  const why = expect.stringContaining('until every certificate is renewed');
  const plan = planFault({ kind: 'cluster-outage', cluster: 'east' }, lab, { run: 'run-1', lastsMs: 1000 });
  for (const kind of ['certificate-expiry', 'bad-root'] as const) {
    const spec = { kind, cluster: 'east' };
    expect(lossOf({ ...plan, spec }, sampleSurroundings(), lab, gateways)).toEqual({ why });
  }
});

test('where nothing can be said, it says so', () => {
  const caller = { ...sampleSurroundings(), caller: { cluster: 'west', node: 'west-worker' } };
  const kill = { kind: 'node-kill', cluster: 'west', node: 'west-worker' } as const;
  expect(loss(kill, caller)).toEqual({ why: 'the caller itself runs there' });
  const crash = {
    kind: 'pod-crash-loop',
    cluster: 'east',
    namespace: 'meshproof-mesh',
    app: 'payments',
  } as const;
  expect(loss(crash)).toHaveProperty('why');
  expect(loss({ kind: 'link-loss', from: 'east', to: 'west', percent: 5 })).toHaveProperty('why');
  expect(loss({ kind: 'workload-outage', cluster: 'east', program: 'coredns' })).toHaveProperty('why');
});
