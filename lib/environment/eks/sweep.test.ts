import { expect, test } from '@playwright/test';
import { type AwsResource, partsOf } from '../../aws/residue.ts';
import { sweepPlan } from './sweep.ts';

const now = new Date('2026-11-22T12:00:00Z');
const past = '2026-11-22T11:59:59.000Z';
const future = '2026-11-22T12:00:01.000Z';

function resource(
  kind: string,
  changes: Partial<AwsResource> & { expires?: string; environment?: string } = {},
): AwsResource {
  const { expires = past, environment = 'shop', ...rest } = changes;
  return {
    kind,
    id: kind,
    place: { account: { name: 'default', deny: [] }, region: 'eu-central-1' },
    tags: { environment, owner: 'team-mesh', expires },
    ...rest,
  };
}

const kinds = (all: readonly AwsResource[]) => all.map(({ kind }) => kind);

test('what holds others goes after them', () => {
  const { remove } = sweepPlan(
    [
      'logs:log-group',
      'cloudformation:stack',
      'elasticloadbalancing:targetgroup',
      'elasticloadbalancing:loadbalancer',
      'ec2:transit-gateway',
      'ec2:transit-gateway-route-table',
      'ec2:transit-gateway-vpc-attachment',
      'ec2:transit-gateway-peering-attachment',
      'ec2:vpc-peering-connection',
    ].map((kind) => resource(kind)),
    { now },
  );
  expect(kinds(remove)).toEqual([
    'elasticloadbalancing:loadbalancer',
    'elasticloadbalancing:targetgroup',
    'ec2:vpc-peering-connection',
    'ec2:transit-gateway-peering-attachment',
    'ec2:transit-gateway-vpc-attachment',
    'ec2:transit-gateway-route-table',
    'ec2:transit-gateway',
    'cloudformation:stack',
    'logs:log-group',
  ]);
});

test('what is not expired stays, unless its environment is named; then nothing of another one goes', () => {
  const young = resource('ec2:transit-gateway', { expires: future });
  const odd = resource('ec2:transit-gateway', { id: 'odd', expires: 'some day' });
  const old = resource('ec2:vpc-peering-connection', { environment: 'other' });
  expect(kinds(sweepPlan([young, old, odd], { now }).remove)).toEqual(['ec2:vpc-peering-connection']);
  const named = sweepPlan([young, old], { now, environment: 'shop' });
  expect(kinds(named.remove)).toEqual(['ec2:transit-gateway']);
});

test('what belongs to a stack goes with it, and is a leftover of its own when the stack is gone', () => {
  const inside = resource('ec2:vpc', { stack: 's' });
  const stack = resource('cloudformation:stack', { id: 's' });
  expect(sweepPlan([inside, stack], { now })).toMatchObject({ remove: [stack], leave: [] });
  expect(sweepPlan([inside], { now })).toMatchObject({ remove: [], leave: [inside] });
});

test('what no stack has marked goes with a stack of its environment and region, and is told when there is none', () => {
  const node = resource('ec2:instance');
  const stack = resource('cloudformation:stack', { id: 's' });
  const elsewhere = { ...stack, place: { ...stack.place, region: 'eu-west-1' } };
  expect(sweepPlan([node, stack], { now }).leave).toEqual([]);
  expect(sweepPlan([node, elsewhere], { now }).leave).toEqual([node]);
});

test('a peering that both of its sides show is removed once', () => {
  const peering = resource('ec2:vpc-peering-connection', { id: 'pcx-1' });
  const far = { ...peering, place: { ...peering.place, region: 'eu-west-1' } };
  expect(sweepPlan([peering, far], { now }).remove).toEqual([peering]);
});

test('kind and id are read from an ARN', () => {
  expect(partsOf('arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1')).toEqual({ kind: 'ec2:vpc', id: 'vpc-1' });
  expect(partsOf('arn:aws:logs:r:1:log-group:/aws/eks/shop/cluster')).toEqual({
    kind: 'logs:log-group',
    id: '/aws/eks/shop/cluster',
  });
  expect(partsOf('arn:aws:sns:r:1:topic')).toEqual({ kind: 'sns', id: 'topic' });
});
