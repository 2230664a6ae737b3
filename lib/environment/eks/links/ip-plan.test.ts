import { expect, test } from '@playwright/test';
import { fakeLab } from '../../../../selftests/fake-lab.ts';
import type { AwsNetwork, EksSettings } from '../../../model/aws.ts';
import { exitCodeOf } from '../../../support/errors.ts';
import { checkIpPlan } from './ip-plan.ts';

const OURS = { 'meshproof.dev/environment': 'shop' };
const clusters = { east: { vpcCidr: '10.10.0.0/16' }, west: { vpcCidr: '10.20.0.0/16' } };
const environment = {
  ...fakeLab().environment,
  name: 'shop',
  provider: { kind: 'eks', clusters } as unknown as EksSettings,
};
const side = (vpc: string, cidr: string) => ({ account: '1', region: 'r', vpc, cidrs: [cidr] });

function live(changes: Partial<AwsNetwork> = {}): AwsNetwork {
  return {
    account: '111122223333',
    region: 'eu-central-1',
    vpcs: [],
    subnets: [],
    routeTables: [],
    securityGroups: [],
    networkAcls: [],
    peerings: [],
    transitGateways: [],
    attachments: [],
    transitRouteTables: [],
    natGateways: [],
    endpoints: [],
    ...changes,
  };
}

function collision(changes: Partial<AwsNetwork>): unknown {
  try {
    checkIpPlan(environment, [live(), live(changes)]);
    return undefined;
  } catch (error) {
    return error;
  }
}

const table = (destination: string, tags = {}) => ({
  id: 'tgw-rtb-1',
  transitGateway: 'tgw-1',
  associations: [],
  propagations: [],
  routes: [{ destination, state: 'active', type: 'static' } as const],
  tags,
});
const route = (destination: string) => ({
  id: 'rtb-1',
  vpc: 'vpc-9',
  main: true,
  subnets: [],
  routes: [{ destination, target: { kind: 'vpn-gateway', id: 'vgw-1' }, state: 'active' } as const],
  tags: {},
});

for (const [what, changes, words] of [
  [
    'a VPC that is there',
    { vpcs: [{ id: 'vpc-9', cidrs: ['10.99.0.0/16', '10.20.128.0/17'], tags: {} }] },
    '10.20.0.0/16 of west overlaps 10.20.128.0/17 of the VPC vpc-9 in eu-central-1 of 111122223333',
  ],
  [
    'the far side of a peering',
    {
      peerings: [
        {
          id: 'pcx-1',
          status: 'active',
          requester: side('vpc-8', '10.99.0.0/16'),
          accepter: side('vpc-7', '10.0.0.0/9'),
          tags: {},
        },
      ],
    },
    '10.10.0.0/16 of east overlaps 10.0.0.0/9 of the VPC vpc-7, behind the peering pcx-1',
  ],
  ['a route of a Transit Gateway', { transitRouteTables: [table('10.10.4.0/22')] }, 'a route of tgw-rtb-1'],
  ['a route to a VPN', { routeTables: [route('10.0.0.0/8')] }, 'the route of rtb-1 through vgw-1'],
] as const) {
  test(`a range that ${what} has is refused before anything is made, and both sides are named`, () => {
    const error = collision(changes as unknown as Partial<AwsNetwork>);
    expect(String(error)).toContain(words);
    expect(exitCodeOf(error)).toBe(64);
  });
}

test('what the environment has made itself, a peering that is gone and a default route are no neighbours', () => {
  expect(
    collision({
      vpcs: [{ id: 'vpc-1', cidrs: ['10.10.0.0/16'], tags: OURS }],
      transitRouteTables: [table('10.20.0.0/16', OURS)],
      routeTables: [route('0.0.0.0/0')],
      peerings: [
        {
          id: 'pcx-1',
          status: 'deleted',
          requester: side('vpc-8', '10.10.0.0/16'),
          accepter: side('vpc-7', '10.20.0.0/16'),
          tags: {},
        },
      ],
    }),
  ).toBeUndefined();
});

test('ranges that only touch do not collide', () => {
  expect(
    collision({ vpcs: [{ id: 'v', cidrs: ['10.11.0.0/16', '10.9.0.0/16'], tags: {} }] }),
  ).toBeUndefined();
});
