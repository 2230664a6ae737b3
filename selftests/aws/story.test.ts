import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import {
  DescribeTagsCommand,
  DescribeTransitGatewayAttachmentsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { whyNoFailover } from '../../lib/analysis/aws/dns-health.ts';
import { awsCalls } from '../../lib/aws/calls.ts';
import { actionsFor, PURPOSES } from '../../lib/aws/policies.ts';
import { TAG } from '../../lib/aws/tags.ts';
import { loadEnvironment } from '../../lib/environment/load.ts';
import { injectFault } from '../../lib/fault/inject.ts';
import { planLive } from '../../lib/fault/plan.ts';
import type { AwsCall } from '../../lib/model/aws.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { readFailoverName } from '../../lib/run/aws/failover-name.ts';
import { fakeLab } from '../fake-lab.ts';
import { type Machine, machine } from './command.ts';
import { FAULT_CASES, networksOf } from './fault-cases.ts';
import { makeNetworks, runNode } from './faults-lab.ts';
import { leftIn } from './left.ts';
import { compare } from './policy-calls.ts';
import { awsEnv, MOTO_START_MS, type Moto, startMoto } from './moto.ts';
import { startRouteFront } from './route-front.ts';
import { leaveExpired, nameAll, powerOff, ZONE } from './story-world.ts';

/**
 * The whole life of an environment against moto, by the commands that a user runs; what each of them asked of AWS is kept, and the
 * generated policies are held against it. Packets and API servers are not moto's: nothing here says that they would pass or answer.
 */
test.describe.configure({ mode: 'serial' });

const REGIONS = ['us-east-1', 'us-east-2'];
/** Of the networks of single faults. */
const FAULT_REGIONS = ['eu-central-1', 'eu-west-1'];
/** Ids of EC2 resources that carried our tags when they were looked for. */
const ours = new Set<string>();

/** Remembers what carries our tags now. */
async function remember(regions: readonly string[]): Promise<void> {
  for (const region of regions) {
    const ec2 = new EC2Client({ region });
    const { Tags: tags = [] } = await ec2.send(
      new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: [TAG.environment] }] }),
    );
    for (const { ResourceId: id = '' } of tags) ours.add(id);
    // moto keeps no tags of attachments, and single faults make tables without any.
    const { TransitGatewayAttachments = [] } = await ec2.send(
      new DescribeTransitGatewayAttachmentsCommand({}),
    );
    for (const one of TransitGatewayAttachments)
      for (const id of [one.TransitGatewayAttachmentId, one.Association?.TransitGatewayRouteTableId])
        ours.add(id ?? '');
  }
}

/** Calls of each purpose. */
const made = new Map<string, AwsCall[]>();
let moto: Moto;
let front: Awaited<ReturnType<typeof startRouteFront>>;
const folder = mkdtempSync(join(tmpdir(), 'meshproof-story-'));

test.beforeAll(async () => {
  test.setTimeout(MOTO_START_MS);
  moto = await startMoto();
  front = await startRouteFront(moto.endpoint);
  moto.env = awsEnv(front.endpoint);
  Object.assign(process.env, moto.env);
});
test.beforeEach(() => test.setTimeout(600_000));
test.afterAll(async () => {
  await front?.[Symbol.asyncDispose]();
  await moto?.stop();
});

/** A machine whose commands write down their calls. */
function recorded(name = 'eks-two-regions', change = (text: string) => text): Machine {
  const file = join(folder, `${name}-${Date.now()}.jsonl`);
  writeFileSync(file, '');
  const on = machine(moto, { name, change, env: { MESHPROOF_AWS_CALLS: file } });
  journals.set(on, { file, read: 0 });
  return on;
}

const journals = new Map<Machine, { file: string; read: number }>();

/** Runs a command on a machine, and keeps its calls under a purpose. */
async function run(on: Machine, purpose: string, args: readonly string[]) {
  const ended = await on.run(args);
  const journal = journals.get(on);
  const lines = readFileSync(journal?.file ?? '', 'utf8')
    .split('\n')
    .filter(Boolean);
  keep(
    purpose,
    lines.slice(journal?.read).map((line) => JSON.parse(line) as AwsCall),
  );
  if (journal) journal.read = lines.length;
  return ended;
}

function keep(purpose: string, calls: readonly AwsCall[]): void {
  made.set(purpose, [...(made.get(purpose) ?? []), ...calls]);
}

async function here<T>(purpose: string, work: () => Promise<T>): Promise<T> {
  const before = awsCalls().length;
  const result = await work();
  keep(purpose, awsCalls().slice(before));
  return result;
}

/** The lab that `env up` would give, without the nodes that only an API server tells of. */
function labOf(file: string): Lab {
  const environment = loadEnvironment(file);
  const clusters = environment.clusters.map((spec) => ({ ...spec, kubeconfig: '/nonexistent', nodes: [] }));
  const access = { by: 'job' as const, image: '', kubeconfigs: {} };
  return fakeLab({ environment, clusters, access });
}

/** One of them has names for its gateways. */
const change: Record<string, (text: string) => string> = {
  'eks-two-regions-tgw': (text) => text.replace(/^( +)links: .*$/m, `$&\n$1dns: ${JSON.stringify(ZONE)}`),
};

for (const name of ['eks-two-regions', 'eks-two-regions-tgw'])
  test(`${name}: up, nothing wrong, a link cut and seen to be cut, put back, and gone without a trace`, async ({}, info) => {
    using on = recorded(name, change[name]);
    const lab = labOf(on.file);
    const up = ['env', 'up', '-e', on.file, '--infrastructure-only', '--yes', '--max-cost', '20'];
    const upped = await run(on, 'provision', up);
    expect(upped.output).toContain(`the infrastructure of ${name} is up`);
    await remember(REGIONS);
    if (name === 'eks-two-regions-tgw') {
      await here('provision', () => nameAll(lab.environment));
      expect(await run(on, 'provision', up)).toMatchObject({ code: 0 });
    }
    if (name === 'eks-two-regions-tgw') {
      const named = await here('verify', () => readFailoverName(lab.environment));
      expect(whyNoFailover(named)).toBeUndefined();
    }
    const every = await run(on, 'verify', ['aws', 'check', '-e', on.file]);
    expect(every.output).not.toContain('✗ network');
    const check = () => run(on, 'verify', ['aws', 'check', '-e', on.file, '--only', 'network']);
    const whole = await check();
    expect(whole.output).toContain('nothing is wrong');
    expect(whole.code).toBe(0);

    const spec = { kind: 'link-partition', from: 'west', to: 'east', by: 'network-acl' } as const;
    const active = await here('fault:link-partition', async () => {
      const plan = await planLive(spec, lab, { run: 'story', lastsMs: 60_000 });
      return injectFault(plan, { journal: info.outputPath('journal.jsonl') });
    });
    const cut = await check();
    expect(cut.output).toMatch(/west +east +tcp 15443 +DENIED/);
    // A network ACL keeps no state: what stops the calls from west stops the answers to those from east.
    expect(cut.output).toMatch(/east → west .* is denied by network ACL .*, for answers to 10\.10\./);
    expect(cut.code).toBe(1);
    await here('fault:link-partition', () => active.revert());
    expect(await check()).toMatchObject({ code: 0 });

    if (name === 'eks-two-regions') {
      writeFileSync(
        on.file,
        readFileSync(on.file, 'utf8').replace('controlPlaneLogs: [api, audit]', 'controlPlaneLogs: [api]'),
      );
      expect((await run(on, 'provision', up)).output).toContain('UPDATE_COMPLETE');
      // Without nodes the node groups say where nodes would be; those of moto tell no launch template, and so no group of their own.
      await powerOff(REGIONS);
      expect((await check()).output).toMatch(/west +east +tcp 443 +allowed/);
    }
    const down = await run(on, 'provision', ['env', 'down', name]);
    expect(down.output).toContain(`nothing of ${name} is left`);
    expect(await leftIn(REGIONS)).toEqual([]);
  });

test('a sweep lists what is left of a killed env up, touches what is not expired only by its name, and removes it', async () => {
  // moto keeps the routes of Transit Gateways that are gone.
  await moto.reset();
  using on = recorded();
  const up = ['env', 'up', '-e', on.file, '--infrastructure-only', '--yes', '--max-cost', '20'];
  const killed = await on.run(up, (line) => /east–west: pcx-/.test(line));
  expect(killed.output).toMatch(/east–west: pcx-/);
  await run(on, 'killed', ['--version']);
  await remember(REGIONS);
  await leaveExpired();
  const sweep = ['sweep', '--aws', '--region', ...REGIONS];
  const expired = await run(on, 'sweep', sweep);
  expect(expired.output).toMatch(/logs:log-group .*gone.*: gone, expired \d+ h ago, owner someone/);
  expect(expired.output).toMatch(/fis:experiment \w+ in us-east-1: gone, expired/);
  expect(expired.output).not.toContain('eks-two-regions');
  expect((await run(on, 'sweep', [...sweep, '--apply'])).output).toContain('removed 5');
  // Every region that is enabled: nothing more is past its time.
  expect(await run(on, 'sweep', ['sweep', '--aws'])).toMatchObject({
    code: 0,
    output: expect.stringContaining('nothing is left'),
  });
  const named = [...sweep, '--environment', 'eks-two-regions'];
  const listed = await run(on, 'sweep', named);
  expect(listed.output).toMatch(
    /ec2:vpc-peering-connection pcx-\w+ in us-east-1: eks-two-regions, .*expires in 8 h, owner team-mesh/,
  );
  expect(listed.output).toContain('cloudformation:stack meshproof-eks-two-regions-west in us-east-2');
  expect(listed.output).toContain('nothing was changed');
  expect(listed.code).toBe(3);
  expect((await leftIn(REGIONS)).length).toBeGreaterThan(0);
  expect(await run(on, 'sweep', [...named, '--apply'])).toMatchObject({ code: 0 });
  expect(await leftIn(REGIONS)).toEqual([]);
  expect(await run(on, 'sweep', [...named, '--apply'])).toMatchObject({ code: 0 });

  const other = 'eks-two-regions-tgw';
  using hubs = recorded(other, change[other]);
  await run(hubs, 'killed', [
    'env',
    'up',
    '-e',
    hubs.file,
    '--infrastructure-only',
    '--yes',
    '--max-cost',
    '20',
  ]);
  await nameAll(loadEnvironment(hubs.file));
  await remember(REGIONS);
  expect(await run(hubs, 'sweep', [...sweep, '--environment', other, '--apply'])).toMatchObject({ code: 0 });
  expect(await leftIn(REGIONS)).toEqual([]);
});

for (const fault of FAULT_CASES)
  test(`calls of a fault are kept: ${fault.name}`, async ({}, info) => {
    await moto.reset();
    const { lab } = await networksOf(fault);
    await remember(FAULT_REGIONS);
    await here(`fault:${fault.spec.kind}`, async () => {
      const plan = await planLive(fault.spec, lab, { run: 'story', lastsMs: 60_000 });
      const active = await injectFault(plan, { journal: info.outputPath('journal.jsonl') });
      await remember(FAULT_REGIONS);
      await active.revert();
    });
  });

test('calls of a fault are kept: a node is terminated, and its node group brings another', async ({}, info) => {
  await moto.reset();
  const { lab, east } = await makeNetworks();
  await remember(FAULT_REGIONS);
  const node = lab.clusters[0]?.nodes[1]?.name ?? '';
  await here('fault:node-terminate', async () => {
    const spec = { kind: 'node-terminate', cluster: 'east', node } as const;
    const plan = await planLive(spec, lab, { run: 'story', lastsMs: 60_000 });
    const reverted = (await injectFault(plan, { journal: info.outputPath('journal.jsonl') })).revert();
    await runNode(east, { subnet: east.subnets[1] ?? '', address: '10.10.1.11' });
    await reverted;
  });
});

test('each policy allows every call that was made for it, and nothing that was not', () => {
  const purposes = PURPOSES.filter((one) => one !== 'all');
  const seen = Object.fromEntries(
    purposes.map((purpose) => [
      purpose,
      compare(actionsFor(purpose), made.get(purpose) ?? [], (id) => ours.has(id)),
    ]),
  );
  expect(seen).toEqual(
    Object.fromEntries(purposes.map((purpose) => [purpose, { forbidden: [], unused: [] }])),
  );
});

test('an action too few, one too many, and one on what is not ours are all told', () => {
  const calls = made.get('provision') ?? [];
  const actions = actionsFor('provision');
  const without = actions.filter(({ action }) => action !== 'ec2:CreateRoute');
  const isOurs = (id: string) => ours.has(id);
  expect(compare(without, calls, isOurs).forbidden).toContainEqual(
    expect.stringContaining('ec2:CreateRoute on'),
  );
  const more = [...actions, { action: 'ec2:DeleteVolume', resources: ['*'] }];
  expect(compare(more, calls, isOurs).unused).toEqual(['ec2:DeleteVolume']);
  expect(compare(actions, calls, () => false).forbidden).toContainEqual(
    expect.stringMatching(/^ec2:CreateRoute on .*rtb-/),
  );
});
