import { expect, test } from '@playwright/test';
import { type Ended, type Machine, machine } from './command.ts';
import { MOTO_START_MS, type Moto, startMoto } from './moto.ts';

test.describe.configure({ mode: 'default' });

let moto: Moto;
test.beforeAll(async () => {
  test.setTimeout(MOTO_START_MS);
  moto = await startMoto();
});
test.beforeEach(async () => {
  test.setTimeout(400_000);
  await moto.steer({});
});
test.afterAll(() => moto?.stop());

function up(on: Machine): Promise<Ended> {
  return on.run(['env', 'up', '-e', on.file, '--infrastructure-only', '--yes', '--max-cost', '20']);
}

/** Names of requests that change something. */
async function changes(): Promise<string[]> {
  return (await moto.requests()).filter((name) => CHANGING.test(name));
}

const CHANGING = /^(Create|Update|Delete|Run|Accept|Attach|Authorize|Revoke|Replace|Put|POST \/clusters)/;

for (const [what, change, env, code, message] of [
  [
    'without credentials',
    undefined,
    { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    3,
    'AWS does not let the credentials of this shell in',
  ],
  [
    'in a denied account',
    ['    links: peering', '    links: peering\n    deny: { accounts: ["1234*"] }'],
    {},
    64,
    'the AWS account 123456789012 is on the deny list',
  ],
  ['in a zone that is not there', ['us-east-1b', 'us-east-1z'], {}, 64, 'us-east-1 has no zone us-east-1z'],
  ['with a range that is live', ['10.10.0.0/16', '172.31.0.0/16'], {}, 64, 'overlaps 172.31.0.0/16'],
  ['in a region that is not there', ['us-east-2', 'us-east-9'], {}, 64, 'us-east-9'],
  ['for less than it costs', ['ttl: 8h', 'ttl: 80h'], {}, 64, 'USD in 80 h, more than 20'],
] as const)
  test(`env up ${what}: one clear error, and nothing was changed`, async () => {
    using on = machine(moto, {
      env,
      change: (text) => (change ? text.replaceAll(change[0], change[1]) : text),
    });
    const refused = await up(on);
    expect(refused.output).toContain(message);
    expect(refused.code).toBe(code);
    expect(await changes()).toEqual([]);
  });

test('the plan names everything, what is left of quotas, and the price', async () => {
  using on = machine(moto);
  await moto.steer({ quotas: { 'L-F678F1CE': 5, 'L-0263D0A3': 1 } });
  const plan = await on.run(['env', 'up', '-e', on.file, '--plan']);
  expect(plan.code).toBe(0);
  for (const line of [
    'east: stack meshproof-eks-two-regions-east in us-east-1, account default',
    ' 2 AWS::EC2::NatGateway: Nat0, Nat1',
    ' 2 AWS::EKS::Nodegroup: Nodes0, Nodes1',
    'us-east-1: 1 VPCs, 1 of 5 used',
    'us-east-1: 2 elastic addresses, 0 of 1 used: NOT ENOUGH',
    'us-east-1: 4 vCPUs of standard instances on demand, 0 of unknown used',
    'VPC peering east–west',
    'in all 0.73 USD an hour, 5.81 USD in 8 h',
  ])
    expect(plan.output).toContain(line);
  expect(await changes()).toEqual([]);
  const refused = await up(on);
  expect(refused.output).toContain('us-east-1 has no room for 2 elastic addresses');
  expect(refused.code).toBe(64);
});
