import { DeleteScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateNetworkAclEntryCommand, DeleteNetworkAclEntryCommand } from '@aws-sdk/client-ec2';
import { expect, test } from '@playwright/test';
import { awsCalls } from '../../lib/aws/calls.ts';
import { awsApi } from '../../lib/fault/aws/mechanism.ts';
import { sweepAws } from '../../lib/fault/aws/sweep.ts';
import { injectFault } from '../../lib/fault/inject.ts';
import { journalFile, openFaults, readJournal } from '../../lib/fault/journal.ts';
import { planLive } from '../../lib/fault/plan.ts';
import type { FaultSpec } from '../../lib/model/fault.ts';
import type { FaultPlan } from '../../lib/model/fault-plan.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { sweepFaults } from '../../lib/run/sweep.ts';
import { silentLog } from '../../lib/support/log.ts';
import { killedOnceItSays } from '../cluster/injector.ts';
import { makeNetworks } from './faults-lab.ts';
import { liveState, replaySchedules, schedulesIn } from './live-state.ts';
import { useMoto } from './use-moto.ts';

const moto = useMoto();
test.beforeEach(async ({}, info) => {
  await moto().reset();
  process.env['MESHPROOF_STATE'] = info.outputPath('state');
});
test.describe.configure({ mode: 'default' });

const EAST = 'eu-central-1';
const PARTITION: FaultSpec = { kind: 'link-partition', from: 'west', to: 'east', by: 'network-acl' };
const ISOLATION: FaultSpec = {
  kind: 'zone-outage',
  cluster: 'east',
  zone: 'eu-central-1a',
  by: 'security-group',
};
const BLACK_HOLE: FaultSpec = { kind: 'route-black-hole', from: 'east', to: 'west' };
const EXPERIMENT: FaultSpec = {
  kind: 'node-kill',
  cluster: 'east',
  node: 'ip-10-10-1-10.eu-central-1.compute.internal',
  by: 'fis',
};

const planned = (spec: FaultSpec, lab: Lab, open: FaultPlan[] = []) =>
  planLive(spec, lab, { run: 'run-1', lastsMs: 60_000, open });

/** Stages of a fault's life, after each of which its maker is killed. */
const STAGES = ['begun', 'armed', 'half', 'injected', 'seen', 'reverted', 'proven'] as const;

/** A program that takes a planned fault through its life, and stands still, once it has said so, at one stage. */
function standingStillAt(stage: (typeof STAGES)[number], plan: FaultPlan): string {
  return `
    import { injectFault } from './lib/fault/inject.ts';
    import { mechanismOf } from './lib/fault/mechanisms.ts';
    const plan = ${JSON.stringify(plan)};
    const real = mechanismOf(plan);
    const at = async (stage) => {
      if (stage !== ${JSON.stringify(stage)}) return;
      console.log('AT ' + stage);
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    };
    const stepping = {
      ...real,
      arm: async (plan) => { await at('begun'); const said = await real.arm(plan); await at('armed'); return said; },
      inject: async (plan) => {
        const [first, ...rest] = plan.aws.changes;
        await real.inject({ ...plan, aws: { ...plan.aws, changes: [first] } });
        await at('half');
        await real.inject({ ...plan, aws: { ...plan.aws, changes: rest } });
        await at('injected');
      },
      proveEffect: async (plan) => { const said = await real.proveEffect(plan); await at('seen'); return said; },
      revert: async (plan) => { await real.revert(plan); await at('reverted'); },
      disarm: async (plan) => { await at('proven'); await real.disarm(plan); },
    };
    const fault = await injectFault(plan, { mechanism: stepping });
    await fault.revert();`;
}

for (const spec of [PARTITION, ISOLATION, BLACK_HOLE, EXPERIMENT]) {
  const tag = spec === PARTITION ? {} : { tag: '@nightly' };
  test(
    `${spec.kind}: its maker is killed after each stage, and a sweep by another process leaves nothing`,
    tag,
    async () => {
      test.setTimeout(400_000);
      const { lab, east, west } = await makeNetworks();
      const before = await liveState([east, west]);
      for (const stage of STAGES) {
        const program = standingStillAt(stage, await planned(spec, lab));
        expect(await killedOnceItSays(program, `AT ${stage}`)).toMatchObject({ by: 'SIGKILL' });
        if (stage === 'injected') expect(await liveState([east, west])).not.toBe(before);
        await sweepFaults('fake', silentLog);
        await sweepAws(lab, silentLog);
        expect(await liveState([east, west]), `killed when it was ${stage}`).toBe(before);
        expect(openFaults(readJournal(journalFile('fake')))).toEqual([]);
        expect(await sweepAws(lab, silentLog), 'a second sweep finds nothing').toEqual([]);
      }
    },
  );

  test(`${spec.kind}: without its journal a sweep takes it back by its schedules, and says so`, async ({}, info) => {
    const { lab, east, west } = await makeNetworks();
    const before = await liveState([east, west]);
    await injectFault(await planned(spec, lab), { journal: info.outputPath('elsewhere.jsonl') });
    expect((await sweepAws(lab, silentLog)).join()).toContain('schedule meshproof-');
    expect(await liveState([east, west])).toBe(before);
  });
}

for (const spec of [PARTITION, BLACK_HOLE, EXPERIMENT]) {
  test(`${spec.kind}: without journal and schedules a sweep takes it back by numbers and tags`, async ({}, info) => {
    const { lab, east, west } = await makeNetworks();
    const before = await liveState([east, west]);
    await injectFault(await planned(spec, lab), { journal: info.outputPath('elsewhere.jsonl') });
    for (const { Name } of await schedulesIn(EAST))
      await new SchedulerClient({ region: EAST }).send(new DeleteScheduleCommand({ Name }));
    expect(await sweepAws(lab, silentLog)).not.toEqual([]);
    expect(await liveState([east, west])).toBe(before);
  });
}

test('what is foreign at a reserved number is named and refused, and no sweep touches it', async () => {
  const { lab, east, west } = await makeNetworks();
  await east.ec2.send(
    new CreateNetworkAclEntryCommand({
      NetworkAclId: east.acls[0],
      RuleNumber: 41,
      Egress: false,
      Protocol: '6',
      PortRange: { From: 22, To: 22 },
      RuleAction: 'deny',
      CidrBlock: '198.51.100.0/24',
    }),
  );
  const before = await liveState([east, west]);
  await expect(planned(PARTITION, lab)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('41 inbound: deny protocol 6 of 198.51.100.0/24'),
  });
  const warned: string[] = [];
  expect(await sweepAws(lab, { ...silentLog, warn: (line) => warned.push(line) })).toEqual([]);
  expect(warned.join()).toContain('it stays');
  expect(await liveState([east, west])).toBe(before);
});

test('two faults at one network ACL have a number each, and each goes by itself', async ({}, info) => {
  const { lab, east, west } = await makeNetworks();
  const before = await liveState([east, west]);
  const one = await injectFault(await planned(PARTITION, lab), { journal: info.outputPath('journal.jsonl') });
  const zone: FaultSpec = { kind: 'zone-outage', cluster: 'east', zone: 'eu-central-1a' };
  const other = await injectFault(await planned(zone, lab, [one.plan]), {
    journal: info.outputPath('journal.jsonl'),
  });
  await one.revert();
  await other.revert();
  expect(await liveState([east, west])).toBe(before);
});

test('an injection that fails in the middle is rolled back, schedules too', async ({}, info) => {
  const { lab, east, west } = await makeNetworks();
  const before = await liveState([east, west]);
  const plan = await planned(PARTITION, lab);
  // Somebody takes the number of the second list between plan and injection.
  const taken = new CreateNetworkAclEntryCommand({
    NetworkAclId: east.acls[1],
    RuleNumber: 41,
    Egress: false,
    Protocol: '-1',
    RuleAction: 'deny',
    CidrBlock: '203.0.113.0/24',
  });
  await east.ec2.send(taken);
  await expect(injectFault(plan, { journal: info.outputPath('journal.jsonl') })).rejects.toThrow();
  // Theirs is still there, and nothing of ours.
  await east.ec2.send(
    new DeleteNetworkAclEntryCommand({ NetworkAclId: east.acls[1], RuleNumber: 41, Egress: false }),
  );
  expect(await liveState([east, west])).toBe(before);
});

/** True when EventBridge alone puts everything back after an injection: what a dead-man promises. */
async function revertsAlone(
  journal: string,
  { mechanism = awsApi, spoil = () => {} }: { mechanism?: typeof awsApi; spoil?(plan: FaultPlan): void } = {},
): Promise<boolean> {
  await moto().reset();
  const { lab, east, west } = await makeNetworks();
  const before = await liveState([east, west]);
  const plan = await planned(PARTITION, lab);
  spoil(plan);
  await injectFault(plan, { journal, mechanism });
  // moto answers 500 to what is not there.
  await replaySchedules(EAST).catch(() => undefined);
  return (await liveState([east, west])) === before;
}

test('planted: a mechanism that forgets its schedules, and an inverse that differs, are both found', async ({}, info) => {
  test.setTimeout(300_000);
  const journal = (name: string) => info.outputPath(`${name}.jsonl`);
  expect(await revertsAlone(journal('right'))).toBe(true);
  const forgets = { ...awsApi, arm: async () => 'armed, it says' };
  expect(await revertsAlone(journal('forgets'), { mechanism: forgets })).toBe(false);
  const spoil = (plan: FaultPlan) => {
    const [first] = plan.aws?.changes ?? [];
    if (first?.undoes) first.undoes.input['RuleNumber'] = 42;
  };
  expect(await revertsAlone(journal('differs'), { spoil })).toBe(false);
});

test('a schedule of that name that says something else is not taken for armed: nothing is injected', async ({}, info) => {
  const { lab, east, west } = await makeNetworks();
  const before = await liveState([east, west]);
  const plan = await planned(PARTITION, lab);
  const later = new Date(plan.deadline + 600_000).toISOString();
  if (!plan.aws) throw new Error('not planned on AWS');
  await awsApi.arm({ ...plan, aws: { ...plan.aws, deadMan: { ...plan.aws.deadMan, at: later } } });
  await expect(injectFault(plan, { journal: info.outputPath('journal.jsonl') })).rejects.toThrow(
    'is not armed: ScheduleExpression is',
  );
  expect(await liveState([east, west])).toBe(before);
});

/** The request that makes a schedule, as the test server names it. */
const SCHEDULE = '^POST .*/schedules/';

test('what AWS throttles is asked again, and is done once', async ({}, info) => {
  const { lab, east, west } = await makeNetworks();
  const before = await liveState([east, west]);
  const plan = await planned(PARTITION, lab);
  await moto().steer({
    answers: ['^CreateNetworkAclEntry$', SCHEDULE, '^DeleteNetworkAclEntry$'].map((match) => ({
      match,
      code: 'ThrottlingException',
      times: 2,
    })),
  });
  const first = awsCalls().length;
  const active = await injectFault(plan, { journal: info.outputPath('journal.jsonl') });
  await active.revert();
  await moto().steer({});
  const calls = awsCalls().slice(first);
  for (const action of ['CreateNetworkAclEntry', 'CreateSchedule', 'DeleteNetworkAclEntry']) {
    const attempts = calls.filter((call) => call.action === action).map((call) => call.attempts);
    expect(attempts, action).toHaveLength(2);
    expect(Math.max(...attempts), action).toBeGreaterThan(1);
  }
  expect(await liveState([east, west])).toBe(before);
});

test('a dead-man that AWS refuses means that nothing is injected', async ({}, info) => {
  const { lab, east, west } = await makeNetworks();
  const before = await liveState([east, west]);
  const plan = await planned(PARTITION, lab);
  await moto().steer({ answers: [{ match: SCHEDULE, code: 'AccessDeniedException', times: 1 }] });
  const first = awsCalls().length;
  await expect(injectFault(plan, { journal: info.outputPath('journal.jsonl') })).rejects.toThrow();
  await moto().steer({});
  expect(
    awsCalls()
      .slice(first)
      .map(({ action }) => action),
  ).not.toContain('CreateNetworkAclEntry');
  expect(await liveState([east, west])).toBe(before);
});
