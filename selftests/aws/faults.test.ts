import { expect, test } from '@playwright/test';
import { awsCalls } from '../../lib/aws/calls.ts';
import { DEAD_MAN_ACTIONS, FAULT_ACTIONS } from '../../lib/aws/fault-actions.ts';
import { awsWords } from '../../lib/fault/aws/words.ts';
import { injectFault } from '../../lib/fault/inject.ts';
import { openFaults, readJournal } from '../../lib/fault/journal.ts';
import { planLive } from '../../lib/fault/plan.ts';
import type { AwsMechanismName } from '../../lib/model/fault-plan.ts';
import { FAULT_CASES, networksOf } from './fault-cases.ts';
import { makeNetworks, runNode } from './faults-lab.ts';
import { liveState, replaySchedules, schedulesIn } from './live-state.ts';
import { useMoto } from './use-moto.ts';

/**
 * What moto can show: that the API's own state changes as planned, and is then what it was. That packets are dropped, it
 * cannot: it moves none.
 */

const moto = useMoto();
test.beforeEach(() => moto().reset());
test.describe.configure({ mode: 'default' });

const EAST = 'eu-central-1';
const WEST = 'eu-west-1';

/** Calls that were seen, with the mechanism that made them. */
const made = new Set<string>();

for (const fault of FAULT_CASES) {
  test(`${fault.name}: seen to bite, taken back, and all is as before`, async ({}, info) => {
    const { lab, clusters } = await networksOf(fault);
    const before = await liveState(clusters);
    const firstCall = awsCalls().length;
    const plan = await planLive(fault.spec, lab, { run: 'run-1', lastsMs: 60_000 });
    expect(await liveState(clusters), 'a plan touches nothing').toBe(before);
    const journal = info.outputPath('journal.jsonl');
    const active = await injectFault(plan, { journal });
    expect(await liveState(clusters)).not.toBe(before);
    expect(active.effect).not.toBe('');
    const schedules = [...(await schedulesIn(EAST)), ...(await schedulesIn(WEST))];
    expect(schedules).toHaveLength(fault.undoneBy.length);
    for (const { State, FlexibleTimeWindow, ScheduleExpressionTimezone, Target } of schedules) {
      expect([State, FlexibleTimeWindow?.Mode, ScheduleExpressionTimezone]).toEqual([
        'ENABLED',
        'OFF',
        'UTC',
      ]);
      expect(Target).toMatchObject({
        RoleArn: expect.stringMatching(/^arn:aws:iam::\d{12}:role\/meshproof-fake-(east|west)-dead-man$/),
        RetryPolicy: { MaximumEventAgeInSeconds: 3600 },
        DeadLetterConfig: { Arn: expect.stringContaining(':sqs:') },
      });
    }
    await active.revert();
    expect(await liveState(clusters), 'schedules are gone too').toBe(before);
    expect(openFaults(readJournal(journal))).toEqual([]);
    const calls = awsCalls().slice(firstCall);
    expect(calls.length, 'nobody is asked over and over').toBeLessThan(20 + 20 * fault.undoneBy.length);
    const allowed = FAULT_ACTIONS[plan.mechanism as AwsMechanismName].map(({ action }) => action);
    for (const { service, action } of calls) {
      expect(allowed).toContain(`${service}:${action}`);
      made.add(`${plan.mechanism} ${service}:${action}`);
    }
  });

  test(`${fault.name}: EventBridge alone takes it back, by what its schedules say`, async ({}, info) => {
    const { lab, clusters } = await networksOf(fault);
    const before = await liveState(clusters);
    const plan = await planLive(fault.spec, lab, { run: 'run-1', lastsMs: 60_000 });
    await injectFault(plan, { journal: info.outputPath('journal.jsonl') });
    const made = [...(await replaySchedules(EAST)), ...(await replaySchedules(WEST))];
    expect(made).toEqual(fault.undoneBy);
    expect(await liveState(clusters)).toBe(before);
  });
}

test('no action is asked for that no fault calls', () => {
  // AWS checks the first four when something else is called; the next is asked once a process; the last has a test of its own.
  const unseen = [
    'iam:PassRole',
    'iam:CreateServiceLinkedRole',
    'ec2:CreateTags',
    'fis:TagResource',
    'sts:GetCallerIdentity',
    'ec2:TerminateInstances',
    // FIS starts what it has stopped; that we do where it did not has a test of its own (fis.test.ts).
    'fis ec2:StartInstances',
  ];
  for (const [mechanism, actions] of Object.entries(FAULT_ACTIONS))
    for (const { action } of actions)
      if (!unseen.includes(action) && !unseen.includes(`${mechanism} ${action}`))
        expect([...made]).toContain(`${mechanism} ${action}`);
});

test('dead-men may call every inverse, and nothing else', () => {
  const inverses = FAULT_CASES.flatMap(({ undoneBy }) => undoneBy).map((call) =>
    call.replace(/:(.)/, (_, letter: string) => `:${letter.toUpperCase()}`),
  );
  const allowed = DEAD_MAN_ACTIONS.map(({ action }) => action);
  expect(new Set(allowed)).toEqual(new Set([...inverses, 'ec2:CreateTags']));
});

test('a terminated node has no schedule; its revert is another that its node group brings, and is waited for', async ({}, info) => {
  const { lab, east } = await makeNetworks();
  const node = lab.clusters[0]?.nodes[1]?.name ?? '';
  const plan = await planLive({ kind: 'node-terminate', cluster: 'east', node }, lab, {
    run: 'run-1',
    lastsMs: 60_000,
  });
  if (!plan.aws) throw new Error('not planned on AWS');
  expect(awsWords(plan.aws).join()).toContain('The node group brings another (2 run now)');
  const active = await injectFault(plan, { journal: info.outputPath('journal.jsonl') });
  expect(await schedulesIn(EAST)).toEqual([]);
  const reverted = active.revert();
  await runNode(east, { subnet: east.subnets[1] ?? '', address: '10.10.1.11' });
  expect((await reverted).proof).toContain('gone for good; 2 instances of east/nodes run, 2 did before');
});
