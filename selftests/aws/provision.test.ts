import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeInstancesCommand, DescribeVpcPeeringConnectionsCommand } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, DescribeNodegroupCommand } from '@aws-sdk/client-eks';
import { expect, test } from '@playwright/test';
import { awsClients } from '../../lib/aws/clients.ts';
import type { AwsCall } from '../../lib/model/aws.ts';
import { type Ended, type Machine, machine } from './command.ts';
import { leftIn } from './left.ts';
import { MOTO_START_MS, type Moto, startMoto } from './moto.ts';

test.describe.configure({ mode: 'default' });

const REGIONS = ['us-east-1', 'us-east-2'];
const NAME = 'eks-two-regions';
const account = { name: 'default', deny: [] };
const east = { account, region: 'us-east-1' };

let moto: Moto;
test.beforeAll(async () => {
  test.setTimeout(MOTO_START_MS);
  moto = await startMoto();
  Object.assign(process.env, moto.env);
});
test.beforeEach(async () => {
  test.setTimeout(400_000);
  await moto.reset();
  await moto.steer({});
});
test.afterAll(() => moto?.stop());

function up(on: Machine, until?: Parameters<Machine['run']>[1]): Promise<Ended> {
  const flags = ['--infrastructure-only', '--yes', '--max-cost', '20'];
  return on.run(['env', 'up', '-e', on.file, ...flags], until);
}

/** Removes everything, and finds nothing by the command's own look nor by ours. */
async function downLeavesNothing(on: Machine): Promise<void> {
  const down = await on.run(['env', 'down', NAME]);
  expect(down.output).toContain(`nothing of ${NAME} is left`);
  expect(await leftIn(REGIONS)).toEqual([]);
  expect(await on.run(['env', 'residue', NAME])).toMatchObject({ code: 0 });
}

/** Names of requests that change something. */
async function changes(): Promise<string[]> {
  return (await moto.requests()).filter((name) =>
    /^(Create|Update|Delete|Run|Accept|Attach|Authorize|Revoke|Replace|Put|POST \/clusters)/.test(name),
  );
}

test('two clusters in two regions come up, peered, once; and go without a trace', async () => {
  using on = machine(moto);
  const calls = join(on.folder, 'calls.jsonl');
  using counted = machine(moto, {
    env: { MESHPROOF_AWS_CALLS: calls, MESHPROOF_STATE: join(on.folder, 'state') },
  });
  const first = await up(counted);
  expect(first.output).toContain(`the infrastructure of ${NAME} is up`);
  expect(first.code).toBe(0);

  const { eks, ec2 } = awsClients(east);
  const name = `meshproof-${NAME}-east`;
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  expect(cluster).toMatchObject({
    version: '1.36',
    kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16' },
  });
  const { nodegroup } = await eks.send(
    new DescribeNodegroupCommand({ clusterName: name, nodegroupName: `${name}-us-east-1b` }),
  );
  expect(nodegroup).toMatchObject({
    amiType: 'AL2023_ARM_64_STANDARD',
    labels: { 'meshproof.dev/zone': 'us-east-1b', 'meshproof.dev/region': 'us-east-1' },
  });
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  expect(new Set(instances.map(({ Placement }) => Placement?.AvailabilityZone))).toEqual(
    new Set(['us-east-1a', 'us-east-1b']),
  );
  expect(instances).toHaveLength(2);
  for (const { Tags = [] } of instances)
    expect(Tags.map(({ Key }) => Key)).toEqual(
      expect.arrayContaining(['meshproof.dev/environment', 'meshproof.dev/owner', 'meshproof.dev/expires']),
    );
  const { VpcPeeringConnections = [] } = await ec2.send(new DescribeVpcPeeringConnectionsCommand({}));
  expect(VpcPeeringConnections.map(({ Status }) => Status?.Code)).toEqual(['active']);

  // One look at a stack that is whole at once, and one that says what it gave; nothing is asked again and again.
  const made = readFileSync(calls, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AwsCall);
  const count = (action: string) => made.filter((call) => call.action === action).length;
  expect(count('GetCallerIdentity')).toBe(1);
  expect(count('CreateStack')).toBe(2);
  expect(count('DescribeStackEvents')).toBeLessThanOrEqual(4);
  // Three looks at each: whether it is there, how it ended, and what it made.
  expect(count('DescribeStacks')).toBeLessThanOrEqual(6);
  expect(made.length).toBeLessThan(150);

  await moto.steer({});
  expect(await up(on)).toMatchObject({ code: 0 });
  expect((await changes()).filter((name) => /Stack|Peering/.test(name))).toEqual([]);
  await downLeavesNothing(on);
});

test('a changed environment file updates its stack, and no other', async () => {
  using on = machine(moto);
  expect(await up(on)).toMatchObject({ code: 0 });
  using changed = machine(moto, {
    change: (text) =>
      text
        .replace('flowLogs: true', 'flowLogs: true\n      containerInsights: false')
        .replace('controlPlaneLogs: [api, audit]', 'controlPlaneLogs: []'),
    env: { MESHPROOF_STATE: join(on.folder, 'state') },
  });
  await moto.steer({});
  const again = await up(changed);
  expect(again.output).toContain('UPDATE_COMPLETE');
  expect((await changes()).filter((name) => name.endsWith('Stack'))).toEqual(['UpdateStack', 'UpdateStack']);
  await downLeavesNothing(on);
});

test('clusters come up and go by Transit Gateways, too', async () => {
  const name = `${NAME}-tgw`;
  using on = machine(moto, { name });
  const made = await up(on);
  expect(made.output).toContain('links: transit-gateway');
  expect(made.code).toBe(0);
  expect((await moto.requests()).filter((one) => one === 'CreateTransitGateway')).toHaveLength(2);
  expect(await on.run(['env', 'down', name])).toMatchObject({ code: 0 });
  expect(await leftIn(REGIONS)).toEqual([]);
});

for (const [when, line] of [
  ['as the stacks begin', /east: .* CREATE_IN_PROGRESS/],
  ['when a cluster is there, and its nodes are not', /west: Cluster CREATE_COMPLETE/],
  ['when the stacks are whole, before the links', /east: meshproof\S* CREATE_COMPLETE/],
  ['between the links', /east–west: pcx-/],
] as const)
  test(`env up that is killed ${when} leaves what env down removes`, async () => {
    using on = machine(moto);
    await moto.steer({ stepMs: 40 });
    const killed = await up(on, (text) => line.test(text));
    expect(killed.output).toMatch(line);
    expect(killed.code).toBeNull();
    expect((await leftIn(REGIONS)).length).toBeGreaterThan(0);
    expect(await on.run(['env', 'residue', NAME])).toMatchObject({ code: 3 });
    await downLeavesNothing(on);
  });

test('what a killed env up left is swept by its tags when its state is lost, too, and only when that is asked for', async () => {
  using on = machine(moto);
  await moto.steer({ hold: 'Nodes1' });
  await up(on, (text) => /west: Cluster CREATE_COMPLETE/.test(text));
  rmSync(join(on.folder, 'state'), { recursive: true });
  const regions = REGIONS.flatMap((region) => ['--region', region]);
  const sweep = ['sweep', '--aws', '--environment', NAME, ...regions];
  expect(await on.run(['sweep', '--aws', ...regions])).toMatchObject({ code: 0 });
  const dry = await on.run(sweep);
  expect(dry.output).toContain(`cloudformation:stack meshproof-${NAME}-west in us-east-2`);
  expect(dry.code).toBe(3);
  expect((await leftIn(REGIONS)).length).toBeGreaterThan(0);
  const applied = await on.run([...sweep, '--apply']);
  expect(applied.output).toContain('removed ');
  expect(applied.code).toBe(0);
  expect(await leftIn(REGIONS)).toEqual([]);
});

test('env up goes on where a killed one stopped', async () => {
  using on = machine(moto);
  await moto.steer({ hold: 'Nodes1' });
  await up(on, (text) => /west: Cluster CREATE_COMPLETE/.test(text));
  const again = await up(on, async (text) => {
    if (/west: .*, waiting for it/.test(text)) await moto.steer({});
    return false;
  });
  expect(again.output).toContain('west: CREATE_IN_PROGRESS, waiting for it');
  expect(again.code).toBe(0);
  expect((await changes()).filter((name) => name === 'CreateStack')).toEqual([]);
  await downLeavesNothing(on);
});

test('a resource that fails is named with its reason, the stack rolls back, and the next env up starts over', async () => {
  using on = machine(moto);
  await moto.steer({
    fail: { Nodes1: 'Could not launch On-Demand Instances. InsufficientInstanceCapacity' },
  });
  const failed = await up(on);
  expect(failed.code).toBe(3);
  expect(failed.output).toContain(
    'was not made: Nodes1 (AWS::EKS::Nodegroup): Could not launch On-Demand Instances. InsufficientInstanceCapacity',
  );
  await moto.steer({});
  const again = await up(on);
  expect(again.output).toContain('ROLLBACK_COMPLETE: it is made anew');
  expect(again.code).toBe(0);
  await downLeavesNothing(on);
});

test('throttled calls and answers that come late are waited for, with few calls', async () => {
  using on = machine(moto);
  const unknown = { code: 'ValidationError', message: 'Stack [x] does not exist' };
  await moto.steer({
    answers: [
      { match: '^CreateStack$', code: 'Throttling', times: 2 },
      { match: '^DescribeStackEvents$', times: 2, ...unknown },
      { match: '^DescribeAvailabilityZones$', code: 'RequestLimitExceeded', status: 503, times: 1 },
    ],
  });
  expect(await up(on)).toMatchObject({ code: 0 });
  const seen = await moto.requests();
  expect(seen.filter((name) => name === 'CreateStack')).toHaveLength(4);
  expect(seen.filter((name) => name === 'DescribeStackEvents').length).toBeLessThanOrEqual(6);
  await moto.steer({ failDelete: 'DependencyViolation: the vpc has dependencies' });
  const down = await on.run(['env', 'down', NAME]);
  expect(down.output).toContain('Vpc DELETE_FAILED (DependencyViolation');
  expect(down.output).toContain('deleting once more');
  expect(down.code).toBe(0);
  expect(await leftIn(REGIONS)).toEqual([]);
});

test('a stack of the same name that is not ours is left alone', async () => {
  using on = machine(moto);
  expect(await up(on)).toMatchObject({ code: 0 });
  using other = machine(moto, {
    // The same names on AWS, out of another environment and cluster.
    change: (text) =>
      text
        .replace(`name: ${NAME}`, 'name: eks-two')
        .replaceAll('east:', 'regions-east:')
        .replaceAll('west:', 'regions-west:')
        .replaceAll('10.10.', '10.30.')
        .replaceAll('10.20.', '10.40.'),
  });
  await moto.steer({});
  const refused = await up(other);
  expect(refused.code).toBe(3);
  expect(refused.output).toContain('that is not of eks-two');
  expect(await changes()).toEqual([]);
  await downLeavesNothing(on);
});
