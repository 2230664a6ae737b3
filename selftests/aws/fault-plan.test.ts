import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { AwsCall } from '../../lib/model/aws.ts';
import { writeState } from '../../lib/run/state.ts';
import { machine } from './command.ts';
import { makeNetworks } from './faults-lab.ts';
import { liveState } from './live-state.ts';
import { useMoto } from './use-moto.ts';

const moto = useMoto();

/** What a command does not change anything by; all else does. */
const READS = /^(Get|Describe|List|Search)/;

test('the command `fault plan` says every call and what takes it back, and makes none of them', async ({}, info) => {
  test.setTimeout(300_000);
  const { lab, east, west } = await makeNetworks();
  const journal = info.outputPath('calls.jsonl');
  using on = machine(moto(), { env: { MESHPROOF_AWS_CALLS: journal } });
  writeFileSync(journal, '');
  process.env['MESHPROOF_STATE'] = join(on.folder, 'state');
  const { name, file } = lab.environment;
  writeState({
    name,
    file,
    since: new Date().toISOString(),
    provider: 'eks',
    temporary: false,
    phase: 'up',
    lab,
  });
  const before = await liveState([east, west]);
  const plan = ['fault', 'plan', 'link-partition', '-n', name, '--from', 'west', '--to', 'east'];
  const { code, output } = await on.run([...plan, '--by', 'network-acl']);
  expect(code, output).toBe(0);
  for (const acl of east.acls)
    expect(output).toMatch(
      new RegExp(
        `change +network-acl ${acl} .*ec2:createNetworkAclEntry .*"RuleNumber":41.*; taken back by ec2:deleteNetworkAclEntry`,
      ),
    );
  expect(output).toMatch(/dead-man +2 schedules of EventBridge, due at .*meshproof-fake-east-dead-man/);
  const calls = readFileSync(journal, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AwsCall);
  expect(calls.map(({ action }) => action)).toContain('DescribeNetworkAcls');
  expect(calls.filter(({ action }) => !READS.test(action))).toEqual([]);
  expect(await liveState([east, west])).toBe(before);
  expect((await moto().requests()).length).toBeGreaterThanOrEqual(calls.length);
});
