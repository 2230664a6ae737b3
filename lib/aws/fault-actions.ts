import type { AwsMechanismName } from '../model/fault-plan.ts';
import type { Condition } from './iam-policy.ts';
import { TAG } from './tags.ts';

/** An action that a purpose needs, on what, and under which condition. */
export interface AwsAction {
  /** As IAM names it: `ec2:CreateRoute`. */
  action: string;
  /** Patterns of ARNs; partition, region and account are any. */
  resources: readonly string[];
  condition?: Condition;
}

/** Only what carries the tag of an environment of Meshproof's. */
export const OURS: Condition = { Null: { [`aws:ResourceTag/${TAG.environment}`]: 'false' } };
/** Only what is given such a tag by the same call. */
export const GIVEN: Condition = { Null: { [`aws:RequestTag/${TAG.environment}`]: 'false' } };
/** Nodes have no tags of ours; EKS says whose they are, and clusters of Meshproof's begin so. */
const OUR_NODES: Condition = { StringLike: { 'aws:ResourceTag/eks:cluster-name': 'meshproof-*' } };

const reads = (...actions: string[]): AwsAction[] => actions.map((action) => ({ action, resources: ['*'] }));
const on = (resource: string, actions: readonly string[], condition: Condition = OURS): AwsAction[] =>
  actions.map((action) => ({
    action: `ec2:${action}`,
    resources: [`arn:*:ec2:*:*:${resource}/*`],
    condition,
  }));

const ENTRIES = on('network-acl', ['DeleteNetworkAclEntry']);
const ROUTES = on('route-table', ['CreateRoute', 'DeleteRoute']);
const NOBODY = on('network-interface', ['DeleteNetworkInterface']);
const INTERFACES: AwsAction[] = [
  {
    action: 'ec2:ModifyNetworkInterfaceAttribute',
    resources: ['arn:*:ec2:*:*:network-interface/*', 'arn:*:ec2:*:*:security-group/*'],
  },
];
const RULES = on('security-group', ['AuthorizeSecurityGroupIngress', 'DeleteSecurityGroup']);
const ASSOCIATE = ['transit-gateway-route-table', 'transit-gateway-attachment'].flatMap((resource) =>
  on(resource, ['AssociateTransitGatewayRouteTable']),
);
const START = on('instance', ['StartInstances'], OUR_NODES);
const CHECKS: AwsAction[] = [
  { action: 'route53:UpdateHealthCheck', resources: ['arn:*:route53:::healthcheck/*'] },
];

const TEMPLATES = 'arn:*:fis:*:*:experiment-template/*';
const EXPERIMENTS = 'arn:*:fis:*:*:experiment/*';
const REMOVE_TEMPLATE: AwsAction[] = [
  { action: 'fis:DeleteExperimentTemplate', resources: [TEMPLATES], condition: OURS },
];

/** What makes a dead-man, looks at it, and removes it. */
const ARMING: AwsAction[] = [
  ...['CreateSchedule', 'GetSchedule', 'DeleteSchedule'].map((action) => ({
    action: `scheduler:${action}`,
    resources: ['arn:*:scheduler:*:*:schedule/default/meshproof-*'],
  })),
  {
    action: 'iam:PassRole',
    resources: ['arn:*:iam::*:role/meshproof-*'],
    condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
  },
];

const COMMON: AwsAction[] = [...reads('sts:GetCallerIdentity', 'ec2:DescribeVpcs'), ...ARMING];

/** What each mechanism of faults on AWS calls, from the plan to the proven revert. */
export const FAULT_ACTIONS: Record<AwsMechanismName, readonly AwsAction[]> = {
  'network-acl': [
    ...COMMON,
    ...reads('ec2:DescribeNetworkAcls', 'ec2:DescribeSubnets'),
    ...on('network-acl', ['CreateNetworkAclEntry']),
    ...ENTRIES,
  ],
  'security-group': [
    ...COMMON,
    ...reads(
      'ec2:DescribeInstances',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSecurityGroupRules',
      'ec2:DescribeNetworkInterfaces',
    ),
    {
      action: 'ec2:CreateSecurityGroup',
      resources: ['arn:*:ec2:*:*:security-group/*', 'arn:*:ec2:*:*:vpc/*'],
    },
    {
      action: 'ec2:CreateTags',
      resources: ['arn:*:ec2:*:*:security-group/*', 'arn:*:ec2:*:*:security-group-rule/*'],
      condition: {
        StringEquals: { 'ec2:CreateAction': ['CreateSecurityGroup', 'AuthorizeSecurityGroupIngress'] },
      },
    },
    ...on('security-group', ['RevokeSecurityGroupEgress', 'RevokeSecurityGroupIngress']),
    ...RULES,
    ...INTERFACES,
  ],
  'vpc-route': [
    ...COMMON,
    ...reads('ec2:DescribeRouteTables', 'ec2:DescribeSubnets', 'ec2:DescribeNetworkInterfaces'),
    {
      action: 'ec2:CreateNetworkInterface',
      resources: ['network-interface', 'subnet', 'security-group'].map((type) => `arn:*:ec2:*:*:${type}/*`),
    },
    {
      action: 'ec2:CreateTags',
      resources: ['arn:*:ec2:*:*:network-interface/*'],
      condition: { StringEquals: { 'ec2:CreateAction': 'CreateNetworkInterface' } },
    },
    ...ROUTES,
    ...NOBODY,
  ],
  'transit-gateway': [
    ...COMMON,
    ...reads('ec2:DescribeTransitGatewayAttachments', 'ec2:GetTransitGatewayRouteTableAssociations'),
    ...['transit-gateway-route-table', 'transit-gateway-attachment'].flatMap((resource) =>
      on(resource, ['DisassociateTransitGatewayRouteTable']),
    ),
    ...ASSOCIATE,
  ],
  route53: [
    ...COMMON.filter(({ action }) => action !== 'ec2:DescribeVpcs'),
    ...reads('route53:ListHealthChecks', 'route53:ListTagsForResources', 'route53:GetHealthCheck'),
    ...CHECKS,
  ],
  fis: [
    ...COMMON,
    ...reads('ec2:DescribeInstances', 'fis:ListExperimentTemplates', 'fis:ListExperiments'),
    ...START,
    {
      action: 'fis:CreateExperimentTemplate',
      resources: ['arn:*:fis:*:*:action/aws:ec2:stop-instances', TEMPLATES],
      condition: GIVEN,
    },
    { action: 'fis:TagResource', resources: [TEMPLATES, EXPERIMENTS], condition: GIVEN },
    { action: 'fis:GetExperimentTemplate', resources: [TEMPLATES], condition: OURS },
    { action: 'fis:StartExperiment', resources: [TEMPLATES], condition: OURS },
    { action: 'fis:StartExperiment', resources: [EXPERIMENTS], condition: GIVEN },
    { action: 'fis:StopExperiment', resources: [EXPERIMENTS], condition: OURS },
    ...REMOVE_TEMPLATE,
    {
      action: 'iam:PassRole',
      resources: ['arn:*:iam::*:role/meshproof-*'],
      condition: { StringEquals: { 'iam:PassedToService': 'fis.amazonaws.com' } },
    },
    // The first experiment of an account makes it (AWS FIS user guide, "Use service-linked roles").
    {
      action: 'iam:CreateServiceLinkedRole',
      resources: ['arn:*:iam::*:role/aws-service-role/fis.amazonaws.com/AWSServiceRoleForFIS'],
      condition: { StringEquals: { 'iam:AWSServiceName': 'fis.amazonaws.com' } },
    },
  ],
  ec2: [
    ...COMMON,
    ...reads('ec2:DescribeInstances'),
    ...on('instance', ['StopInstances', 'TerminateInstances'], OUR_NODES),
    ...START,
  ],
};

/** What the schedules of dead-men call: the inverse of every fault, and nothing else. */
export const DEAD_MAN_ACTIONS: readonly AwsAction[] = [
  ...ENTRIES,
  ...ROUTES,
  ...NOBODY,
  ...RULES,
  {
    action: 'ec2:CreateTags',
    resources: ['arn:*:ec2:*:*:security-group-rule/*'],
    condition: { StringEquals: { 'ec2:CreateAction': 'AuthorizeSecurityGroupIngress' } },
  },
  ...INTERFACES,
  ...ASSOCIATE,
  ...START,
  ...CHECKS,
  ...REMOVE_TEMPLATE,
];

/**
 * What AWS FIS calls by its role to stop a node and start it again (AWS FIS actions reference, aws:ec2:stop-instances). It also needs
 * `kms:CreateGrant` on the key of encrypted disks, which the owner of such a key gives.
 */
export const FIS_ROLE_ACTIONS: readonly AwsAction[] = [
  ...on('instance', ['StopInstances'], OUR_NODES),
  ...START,
  ...reads('ec2:DescribeInstances'),
];
