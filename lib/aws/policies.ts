import type { FaultKind } from '../model/fault.ts';
import type { AwsMechanismName } from '../model/fault-plan.ts';
import { PROVISION_ACTIONS, SWEEP_ACTIONS, VERIFY_ACTIONS } from './actions.ts';
import { type AwsAction, FAULT_ACTIONS } from './fault-actions.ts';
import type { PolicyDocument, Statement } from './iam-policy.ts';

/** By which mechanisms AWS carries out each kind of fault. */
const MECHANISMS = {
  'node-kill': ['ec2', 'fis'],
  'node-reboot': ['ec2'],
  'node-terminate': ['ec2'],
  'zone-outage': ['network-acl', 'security-group'],
  'link-partition': ['network-acl', 'security-group'],
  'route-black-hole': ['vpc-route'],
  'peering-route-removal': ['vpc-route'],
  'transit-gateway-disassociation': ['transit-gateway'],
  'health-check-inversion': ['route53'],
} as const satisfies Partial<Record<FaultKind, readonly AwsMechanismName[]>>;

/** What a mechanism calls for other kinds of faults only. */
const NOT_FOR: Partial<Record<keyof typeof MECHANISMS, readonly string[]>> = {
  'node-kill': ['ec2:TerminateInstances'],
  'node-reboot': ['ec2:TerminateInstances'],
  // Nothing brings a terminated node back: there is no dead-man.
  'node-terminate': [
    'ec2:StartInstances',
    'ec2:StopInstances',
    'iam:PassRole',
    'scheduler:CreateSchedule',
    'scheduler:DeleteSchedule',
    'scheduler:GetSchedule',
  ],
  'zone-outage': [
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:DescribeSecurityGroupRules',
    'ec2:RevokeSecurityGroupIngress',
  ],
  'link-partition': [
    'ec2:CreateSecurityGroup',
    'ec2:DeleteSecurityGroup',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:ModifyNetworkInterfaceAttribute',
    'ec2:RevokeSecurityGroupEgress',
  ],
  'peering-route-removal': [
    'ec2:CreateNetworkInterface',
    'ec2:CreateTags',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
  ],
};

/** Kinds of faults that the API of AWS carries out, and that have a policy. */
export const AWS_FAULTS = Object.keys(MECHANISMS) as (keyof typeof MECHANISMS)[];

/** What a policy can be for. */
export const PURPOSES: readonly string[] = [
  'provision',
  'verify',
  'sweep',
  ...AWS_FAULTS.map((kind) => `fault:${kind}`),
  'all',
];

/** What a purpose may do: nothing more than it calls. Throws for what is none of {@link PURPOSES}. */
export function actionsFor(purpose: string): readonly AwsAction[] {
  if (purpose === 'provision') return PROVISION_ACTIONS;
  if (purpose === 'verify') return VERIFY_ACTIONS;
  if (purpose === 'sweep') return SWEEP_ACTIONS;
  if (purpose === 'all') return PURPOSES.filter((one) => one !== 'all').flatMap(actionsFor);
  const kind = AWS_FAULTS.find((one) => purpose === `fault:${one}`);
  if (!kind) throw new Error(`no policy for ${purpose}`);
  const others = NOT_FOR[kind] ?? [];
  return MECHANISMS[kind]
    .flatMap((mechanism) => FAULT_ACTIONS[mechanism])
    .filter(({ action }) => !others.includes(action));
}

/** These actions as a policy of IAM: a statement for all that have resources and condition in common, each action once. Pure. */
export function policyOf(actions: readonly AwsAction[]): PolicyDocument {
  const groups = Map.groupBy(actions, ({ resources, condition }) => JSON.stringify([resources, condition]));
  return {
    Version: '2012-10-17',
    Statement: [...groups.values()].map((group, index): Statement => {
      const [first] = group;
      return {
        Sid: `Meshproof${index}`,
        Effect: 'Allow',
        Action: [...new Set(group.map(({ action }) => action))].sort(),
        Resource: first?.resources ?? [],
        ...(first?.condition ? { Condition: first.condition } : {}),
      };
    }),
  };
}

/** Who may assume the role of an account (`provider.eks.accounts`): the trust policy of that role. Pure. */
export function trustPolicy(principal: string) {
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Meshproof', Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' },
    ],
  } as const;
}
