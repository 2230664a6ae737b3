import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateExperimentTemplateCommand, FisClient } from '@aws-sdk/client-fis';
import { expect, test } from '@playwright/test';
import { awsCalls } from '../../lib/aws/calls.ts';
import { awsClients } from '../../lib/aws/clients.ts';
import { experimentsOf } from '../../lib/aws/experiments.ts';
import { removeResource } from '../../lib/aws/remove.ts';
import { ourResources } from '../../lib/aws/residue.ts';
import { deleteSchedule, listSchedules } from '../../lib/aws/schedules.ts';
import { sweepPlan } from '../../lib/environment/eks/sweep.ts';
import { fisNodes } from '../../lib/fault/aws/fis.ts';
import { ec2Nodes } from '../../lib/fault/aws/nodes.ts';
import { awsWords } from '../../lib/fault/aws/words.ts';
import { injectFault } from '../../lib/fault/inject.ts';
import { planLive } from '../../lib/fault/plan.ts';
import type { FaultPlan } from '../../lib/model/fault-plan.ts';
import { makeNetworks } from './faults-lab.ts';
import { liveState } from './live-state.ts';
import { useMoto } from './use-moto.ts';

/** Experiments of AWS FIS as the test server carries them out: that FIS itself does so, only a real account can show. */

const moto = useMoto();
test.beforeEach(() => moto().reset());
test.describe.configure({ mode: 'default' });

const EAST = { account: { name: 'default', deny: [] }, region: 'eu-central-1' };

async function planned(lastsMs = 90_000) {
  const made = await makeNetworks();
  const node = made.lab.clusters[0]?.nodes[1]?.name ?? '';
  const plan = await planLive({ kind: 'node-kill', cluster: 'east', node, by: 'fis' }, made.lab, {
    run: 'run-1',
    lastsMs,
  });
  return { plan, clusters: [made.east, made.west] };
}

function templateOf({ aws }: FaultPlan) {
  return aws?.own?.makes[0]?.input as { actions: { stop: { parameters: Record<string, string> } } };
}

const statuses = async () => (await experimentsOf(EAST)).map(({ status }) => status);

test('its plan says the calls, and that FIS starts the node again', async () => {
  const { plan } = await planned();
  if (!plan.aws) throw new Error('not planned on AWS');
  const words = awsWords(plan.aws).join('\n');
  expect(words).toMatch(
    /makes +experiment-template in eu-central-1, .*fis:createExperimentTemplate .*"PT2M"/,
  );
  expect(words).toMatch(/change +instance i-\w+ .*fis:startExperiment .*; taken back by ec2:startInstances/);
  expect(words).toContain('AWS FIS starts the node again 2 min after its experiment began');
  expect(words).toMatch(/dead-man +2 schedules of EventBridge/);
  expect(words).toMatch(/arn:aws:ec2:eu-central-1:\d{12}:instance\/i-/);
  expect(words).toMatch(/"roleArn":"arn:aws:iam::\d{12}:role\/meshproof-fake-east-fis"/);
});

test('FIS alone starts the node again when its time is over, and the revert then finds it so', async ({}, info) => {
  const { plan, clusters } = await planned();
  const before = await liveState(clusters);
  const active = await injectFault(plan, { journal: info.outputPath('journal.jsonl') });
  expect(active.effect).toContain('running (Experiment is running)');
  expect(await statuses()).toEqual(['running']);
  await moto().steer({ experimentsDue: true });
  expect(await statuses()).toEqual(['completed']);
  const { proof } = await active.revert();
  expect(proof).toContain('running again');
  expect(proof).toContain('completed (Experiment completed); its template is gone');
  expect(await liveState(clusters)).toBe(before);
});

test('a node that FIS did not start is started by the revert', async ({}, info) => {
  const { plan, clusters } = await planned();
  const before = await liveState(clusters);
  const active = await injectFault(plan, { journal: info.outputPath('journal.jsonl') });
  await moto().steer({ experimentsDue: true });
  expect(await statuses()).toEqual(['completed']);
  const InstanceIds = [plan.aws?.changes[0]?.object.id ?? ''];
  await awsClients(EAST).ec2.send(new StopInstancesCommand({ InstanceIds, Force: true }));
  const firstCall = awsCalls().length;
  expect((await active.revert()).proof).toContain('running again');
  expect(awsCalls().slice(firstCall)).toContainEqual(
    expect.objectContaining({ service: 'ec2', action: 'StartInstances', resources: InstanceIds }),
  );
  expect(await liveState(clusters)).toBe(before);
});

test('a revert stops the experiment; one that forgets to, and never looks, leaves it running', async ({}, info) => {
  const active = await injectFault((await planned()).plan, { journal: info.outputPath('journal.jsonl') });
  await active.revert();
  expect(await statuses()).toEqual(['stopped']);
  await moto().reset();
  const { revert, proveRevert } = ec2Nodes;
  const again = await injectFault((await planned()).plan, {
    journal: info.outputPath('again.jsonl'),
    mechanism: { ...fisNodes, revert, proveRevert },
  });
  await again.revert();
  expect(await statuses()).toEqual(['running']);
});

test('an experiment that fails is no effect: nothing is left of it', async ({}, info) => {
  const { plan, clusters } = await planned();
  const before = await liveState(clusters);
  await moto().steer({ failExperiments: true });
  await expect(injectFault(plan, { journal: info.outputPath('journal.jsonl') })).rejects.toMatchObject({
    kind: 'inconclusive',
    message: expect.stringMatching(/AWS FIS: experiment \w+: failed/),
  });
  await moto().steer({});
  expect(await liveState(clusters)).toBe(before);
});

test('planted: a template that would never start the node again is not taken for armed, and nothing is stopped', async ({}, info) => {
  const { plan, clusters } = await planned();
  const before = await liveState(clusters);
  const wrong = structuredClone(templateOf(plan));
  delete wrong.actions.stop.parameters['startInstancesAfterDuration'];
  await new FisClient({ region: EAST.region }).send(new CreateExperimentTemplateCommand(wrong as never));
  await expect(injectFault(plan, { journal: info.outputPath('journal.jsonl') })).rejects.toThrow(
    'the template of AWS FIS is not as planned: actions is',
  );
  expect(await statuses()).toEqual([]);
  expect(await liveState(clusters)).toBe(before);
});

test('what is left of an experiment carries tags, is past its time at its deadline, and is removed by its kind', async ({}, info) => {
  const { plan, clusters } = await planned();
  const before = await liveState(clusters);
  await injectFault(plan, { journal: info.outputPath('journal.jsonl') });
  for (const schedule of await listSchedules(EAST, 'meshproof-')) await deleteSchedule(EAST, schedule);
  const kinds = ['fis:experiment', 'fis:experiment-template'];
  const left = async () => (await ourResources(EAST)).filter(({ kind }) => kinds.includes(kind));
  const now = new Date(plan.deadline);
  expect(sweepPlan(await left(), { now }).remove).toEqual([]);
  const { remove } = sweepPlan(await left(), { now: new Date(plan.deadline + 1000) });
  expect(remove.map(({ kind }) => kind)).toEqual(kinds);
  for (const one of remove) await removeResource(one, { firstMs: 10 });
  expect(await left(), 'what has ended is listed by AWS for 120 days, and is nothing that is left').toEqual(
    [],
  );
  expect(await liveState(clusters)).toBe(before);
});
