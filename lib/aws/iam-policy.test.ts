import { expect, test } from '@playwright/test';
import { allows, type PolicyRequest, type Statement } from './iam-policy.ts';

const OURS = 'aws:ResourceTag/meshproof.dev/environment';
const statement = (changes: Partial<Statement> = {}): Statement => ({
  Sid: 'One',
  Effect: 'Allow',
  Action: ['ec2:DeleteRoute'],
  Resource: ['arn:aws:ec2:*:*:route-table/*'],
  Condition: { StringLike: { [OURS]: '*' } },
  ...changes,
});
const request = (changes: Partial<PolicyRequest> = {}): PolicyRequest => ({
  action: 'ec2:DeleteRoute',
  resource: 'arn:aws:ec2:eu-central-1:111122223333:route-table/rtb-1',
  context: { [OURS]: ['demo'] },
  ...changes,
});
const decide = (statements: Statement[], asked = request()) =>
  allows({ Version: '2012-10-17', Statement: statements }, asked);

test('what fits a statement in action, resource and condition is allowed, and nothing else', () => {
  expect(decide([statement()])).toBe(true);
  expect(decide([])).toBe(false);
  expect(decide([statement()], request({ action: 'ec2:CreateRoute' }))).toBe(false);
  expect(decide([statement()], request({ resource: 'arn:aws:ec2:x:y:vpc/vpc-1' }))).toBe(false);
  expect(decide([statement()], request({ context: {} }))).toBe(false);
});

test('actions and keys have no case, values and resources have', () => {
  expect(decide([statement({ Action: ['EC2:deleteroute'] })])).toBe(true);
  expect(decide([statement({ Condition: { StringEquals: { [OURS.toUpperCase()]: 'demo' } } })])).toBe(true);
  expect(decide([statement({ Condition: { StringEquals: { [OURS]: 'Demo' } } })])).toBe(false);
  expect(decide([statement({ Resource: ['arn:aws:ec2:*:*:Route-Table/*'] })])).toBe(false);
});

test('a dot is a dot, a question mark one character, a star any text', () => {
  const like = (pattern: string) => decide([statement({ Resource: [pattern] })]);
  expect(like('arn:aws:ec2:eu-central-?:111122223333:route-table/*')).toBe(true);
  expect(like('arn:aws:ec2:eu-central-?:route-table/*')).toBe(false);
  expect(like('arn.aws.*')).toBe(false);
});

test('one of several values is enough, and all keys must hold', () => {
  expect(decide([statement({ Condition: { StringEquals: { [OURS]: ['other', 'demo'] } } })])).toBe(true);
  expect(
    decide([statement({ Condition: { StringEquals: { [OURS]: 'demo', 'aws:RequestedRegion': 'x' } } })]),
  ).toBe(false);
});

test('Null asks whether a key is there', () => {
  const there = statement({ Condition: { Null: { [OURS]: 'false' } } });
  expect(decide([there])).toBe(true);
  expect(decide([there], request({ context: {} }))).toBe(false);
});

test('a denial wins over every allowance', () => {
  expect(decide([statement(), statement({ Effect: 'Deny', Resource: ['*'] })])).toBe(false);
});
