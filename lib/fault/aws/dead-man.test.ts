import { expect, test } from '@playwright/test';
import type { AwsHarm } from '../../model/aws-fault.ts';
import { callOf, descriptionOf, dueAt, faultOf, scheduleDiffers, schedulesOf } from './dead-man.ts';

const place = { account: { name: 'default', deny: [] }, region: 'eu-central-1' };
const role = 'arn:aws:iam::111122223333:role/dead-man';
const aws: AwsHarm = {
  changes: [
    {
      object: { kind: 'network-acl', id: 'acl-1', place },
      cluster: 'east',
      does: { service: 'ec2', action: 'createNetworkAclEntry', input: {} },
      undoes: { service: 'ec2', action: 'deleteNetworkAclEntry', input: { RuleNumber: 41 } },
      adds: [],
      removes: [],
    },
  ],
  own: {
    kind: 'security-group',
    place,
    cluster: 'east',
    makes: [],
    removes: { service: 'ec2', action: 'deleteSecurityGroup', input: { GroupId: '$own' } },
  },
  before: [],
  deadMan: { at: '2026-11-22T22:05:00.000Z', actors: { east: { role } } },
  remarks: [],
};
const schedules = schedulesOf({ id: 'link-partition-0a1b2c3d', environment: 'shop', aws }, 'sg-9');

test('a deadline is rounded up to a whole minute, and the true bound is a minute later', () => {
  const noon = Date.UTC(2026, 10, 22, 12, 0, 0);
  for (const [deadline, at] of [
    [noon, noon],
    [noon + 1, noon + 60_000],
    [noon + 59_999, noon + 60_000],
  ] as const)
    expect(dueAt(deadline)).toEqual({ at, latest: at + 60_000 });
});

test('each call that puts something back has its schedule, what was made for the fault a minute later', () => {
  expect(
    schedules.map(({ schedule }) => [
      schedule.ScheduleExpression,
      schedule.Target.Arn,
      schedule.Target.Input,
    ]),
  ).toEqual([
    ['at(2026-11-22T22:05:00)', 'arn:aws:scheduler:::aws-sdk:ec2:deleteNetworkAclEntry', '{"RuleNumber":41}'],
    ['at(2026-11-22T22:06:00)', 'arn:aws:scheduler:::aws-sdk:ec2:deleteSecurityGroup', '{"GroupId":"sg-9"}'],
  ]);
  expect(schedules[0]?.schedule.Target).not.toHaveProperty('DeadLetterConfig');
});

test('a schedule says which fault and environment it is of, and which call it makes', () => {
  const [first] = schedules;
  expect(faultOf(first?.schedule.Name ?? '')).toBe('link-partition-0a1b2c3d');
  expect(first?.schedule.Description).toBe(descriptionOf('shop'));
  expect(callOf(first?.schedule.Target ?? {})).toEqual(aws.changes[0]?.undoes);
  expect(faultOf('meshproof-of-somebody-else')).toBeUndefined();
  expect(callOf({ Arn: 'arn:aws:lambda:eu-central-1:111122223333:function:x', Input: '{}' })).toBeUndefined();
});

test('a schedule that is not what was asked for is told by the field', () => {
  const wanted = schedules[0]?.schedule;
  if (!wanted) throw new Error('no schedule');
  const found = { ...wanted, CreationDate: new Date(), GroupName: 'default' };
  expect(scheduleDiffers(wanted, found)).toEqual([]);
  for (const [field, value] of [
    ['State', 'DISABLED'],
    ['ScheduleExpression', 'at(2026-11-22T23:05:00)'],
    ['ScheduleExpressionTimezone', 'Europe/Berlin'],
    ['FlexibleTimeWindow', { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 }],
    ['Target', { ...wanted.Target, Input: '{"RuleNumber":42}' }],
    ['Target', { ...wanted.Target, RoleArn: `${role}-of-others` }],
  ] as const)
    expect(scheduleDiffers(wanted, { ...found, [field]: value })[0], field).toContain(`${field} is`);
});
