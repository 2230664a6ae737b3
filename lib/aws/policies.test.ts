import { expect, test } from '@playwright/test';
import { mayBeOnAws } from '../fault/aws/kinds.ts';
import { FAULT_KINDS, type FaultSpec } from '../model/fault.ts';
import { actionsFor, AWS_FAULTS, policyOf, PURPOSES, trustPolicy } from './policies.ts';

test('every fault that the API of AWS carries out has a policy, and no other one', () => {
  const onAws = FAULT_KINDS.filter((kind) => mayBeOnAws({ kind } as FaultSpec));
  expect([...AWS_FAULTS].sort()).toEqual([...onAws].sort());
});

test('actions with the same resources and conditions share a statement, and each stands there once', () => {
  const tagged = { Null: { 'aws:ResourceTag/x': 'false' } };
  const policy = policyOf([
    { action: 'ec2:B', resources: ['r'] },
    { action: 'ec2:A', resources: ['r'] },
    { action: 'ec2:A', resources: ['r'] },
    { action: 'ec2:A', resources: ['r'], condition: tagged },
  ]);
  expect(policy.Statement.map(({ Action, Condition }) => [Action, Condition])).toEqual([
    [['ec2:A', 'ec2:B'], undefined],
    [['ec2:A'], tagged],
  ]);
});

test('no policy has a wildcard among its actions, and what changes EC2 asks for our tag or is none of a resource', () => {
  for (const purpose of PURPOSES)
    for (const { action } of actionsFor(purpose)) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z0-9]+$/);
  for (const { action, condition } of actionsFor('sweep').filter(({ resources }) => !resources.includes('*')))
    if (action.startsWith('ec2:')) expect(condition, action).toBeDefined();
});

test('everything that a purpose may do, all may do', () => {
  const all = new Set(actionsFor('all').map(({ action }) => action));
  for (const purpose of PURPOSES)
    expect(actionsFor(purpose).filter(({ action }) => !all.has(action))).toEqual([]);
});

test('a role trusts the principal that it is told, to assume it and nothing else', () => {
  expect(trustPolicy('arn:aws:iam::111122223333:user/ci').Statement).toEqual([
    expect.objectContaining({
      Principal: { AWS: 'arn:aws:iam::111122223333:user/ci' },
      Action: 'sts:AssumeRole',
    }),
  ]);
});
