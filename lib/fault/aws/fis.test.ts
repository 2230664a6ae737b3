import { expect, test } from '@playwright/test';
import { callOf, schedulesOf } from './dead-man.ts';
import { experimentOnNode } from './fis.ts';
import { changesOfNode } from './nodes.ts';

const place = { account: { name: 'default', deny: [] }, region: 'eu-central-1' };
const [stop] = changesOfNode(
  'node-kill',
  { cluster: 'east', place },
  { id: 'i-1', state: 'running', groups: {} },
).changes;
if (!stop) throw new Error('nothing is stopped');
const lasting = (lastsMs: number) =>
  experimentOnNode(stop, {
    id: 'node-kill-0badc0de',
    lastsMs,
    role: 'arn:aws:iam::1:role/fis',
    instance: 'arn:aws:ec2:eu-central-1:1:instance/i-1',
    tags: [],
  });

test('FIS starts a node again after whole minutes, one at least, and never before the fault is over', () => {
  for (const [lastsMs, minutes] of [
    [1, 1],
    [60_000, 1],
    [60_001, 2],
    [12 * 3_600_000, 720],
  ] as const) {
    const { own } = lasting(lastsMs);
    expect(JSON.stringify(own.makes)).toContain(`"startInstancesAfterDuration":"PT${minutes}M"`);
  }
  expect(() => lasting(12 * 3_600_000 + 1)).toThrow('12 hours at most, and not 721 min');
});

test('a schedule removes the template by a parameter with a capital letter, and a sweep reads it as FIS takes it', () => {
  const { changes, own } = lasting(60_000);
  const deadMan = { at: '2026-11-23T02:00:00.000Z', actors: {} };
  const plan = { id: 'node-kill-0badc0de', environment: 'fake' };
  const aws = { changes, own, deadMan, before: [], remarks: [] };
  const targets = schedulesOf({ ...plan, aws }, 'EXT1').map(({ schedule }) => schedule.Target);
  expect(targets.map(({ Arn, Input }) => [Arn.split(':').at(-1), Input])).toEqual([
    ['startInstances', '{"InstanceIds":["i-1"]}'],
    ['deleteExperimentTemplate', '{"Id":"EXT1"}'],
  ]);
  expect(targets.map((target) => callOf(target)?.input)).toEqual([{ InstanceIds: ['i-1'] }, { id: 'EXT1' }]);
});
