import { type AwsAction, GIVEN, OURS } from './fault-actions.ts';
import type { Condition } from './iam-policy.ts';
import { STACK_ACTIONS } from './stack-actions.ts';

/** What is there must carry our tag, what is made must be given it. */

const reads = (service: string, ...names: string[]): AwsAction[] =>
  names.map((name) => ({ action: `${service}:${name}`, resources: ['*'] }));
const ec2 = (name: string, types: readonly string[], condition?: Condition): AwsAction => ({
  action: `ec2:${name}`,
  resources: types.map((type) => `arn:*:ec2:*:*:${type}/*`),
  ...(condition ? { condition } : {}),
});
/** On what carries our tag. */
const on = (name: string, ...types: string[]) => ec2(name, types, OURS);
/** Of something that is given our tag in the same call. */
const make = (name: string, type: string) => ec2(name, [type], GIVEN);

const PEERING = 'vpc-peering-connection';
const HUB = 'transit-gateway';
const TABLE = 'transit-gateway-route-table';
const ATTACHMENT = 'transit-gateway-attachment';

/** Where the environment file names roles of accounts; IAM asks the role's own trust policy as well. */
const HOP: AwsAction = { action: 'sts:AssumeRole', resources: ['arn:*:iam::*:role/meshproof*'] };

/** Who one is, and what there is of ours: `env down`, residue and sweeps ask the same. */
const FIND: AwsAction[] = [
  HOP,
  ...reads('sts', 'GetCallerIdentity'),
  ...reads('cloudformation', 'DescribeStacks'),
  ...reads(
    'ec2',
    'DescribeInstances',
    'DescribeNatGateways',
    'DescribeTransitGatewayAttachments',
    'DescribeTransitGatewayRouteTables',
    'DescribeTransitGateways',
    'DescribeVpcEndpoints',
    'DescribeVpcPeeringConnections',
  ),
  // The tagging API names experiments that have ended, too.
  ...reads('fis', 'ListExperiments'),
  ...reads('route53', 'ListHealthChecks', 'ListHostedZones'),
  ...reads('tag', 'GetResources'),
];

const STACKS = ['arn:*:cloudformation:*:*:stack/meshproof-*/*'];
const ZONES = ['arn:*:route53:::hostedzone/*'];
const CHECKS = ['arn:*:route53:::healthcheck/*'];
const route53 = (resources: readonly string[], ...names: string[]): AwsAction[] =>
  names.map((name) => ({ action: `route53:${name}`, resources }));

/** What removes links, names and stacks. Zones and health checks have no tags that a policy could ask for. */
const REMOVE: AwsAction[] = [
  ...reads('ec2', 'DescribeRouteTables'),
  on('DeleteRoute', 'route-table'),
  on('DeleteVpcPeeringConnection', PEERING),
  on('DeleteTransitGatewayPeeringAttachment', ATTACHMENT),
  on('DeleteTransitGatewayVpcAttachment', ATTACHMENT),
  on('DeleteTransitGatewayRouteTable', TABLE),
  on('DeleteTransitGateway', HUB),
  ...route53(ZONES, 'ListResourceRecordSets', 'ChangeResourceRecordSets', 'DeleteHostedZone'),
  ...route53(CHECKS, 'DeleteHealthCheck'),
  ...['DeleteStack', 'DescribeStackEvents'].map((name) => ({
    action: `cloudformation:${name}`,
    resources: STACKS,
  })),
];

/**
 * What CloudFormation does with the rights of whoever asks for a stack. What it deletes in EC2 must carry our tag; what it makes has none before.
 */
const stackRights = (wanted: (name: string) => boolean): AwsAction[] =>
  [...new Set(Object.values(STACK_ACTIONS).flat())]
    .filter((action) => wanted(action.split(':')[1] ?? ''))
    .map((action) => ({
      action,
      resources: /^iam:.*Role/.test(action) ? ['arn:*:iam::*:role/*'] : ['*'],
      ...conditionOf(action),
    }));
function conditionOf(action: string): { condition?: Condition } {
  if (action === 'iam:PassRole') return { condition: { StringEquals: { 'iam:PassedToService': PASSED_TO } } };
  // Templates tag all that takes tags, so that nobody else's VPC goes.
  return /^ec2:(Delete|Release)/.test(action) ? { condition: OURS } : {};
}

const PASSED_TO = ['eks.amazonaws.com', 'ec2.amazonaws.com', 'vpc-flow-logs.amazonaws.com'];
const REMOVES = /^(Delete|Describe|Get|List|Detach|Disassociate|Release|Revoke)/;

/** Rights of our own calls, and those of stacks that are not among them: ours have the narrower conditions, which hold for stacks too. */
function withStacks(wanted: (name: string) => boolean, own: readonly AwsAction[]): AwsAction[] {
  const named = new Set(own.map(({ action }) => action));
  return [...own, ...stackRights(wanted).filter(({ action }) => !named.has(action))];
}

/** What `env up`, `env up --plan`, `env down` and `env residue` call. */
export const PROVISION_ACTIONS: readonly AwsAction[] = withStacks(
  () => true,
  [
    ...FIND,
    ...reads('servicequotas', 'GetServiceQuota'),
    ...reads('eks', 'DescribeAddonVersions', 'DescribeCluster', 'ListClusters'),
    ...reads(
      'ec2',
      'DescribeAddresses',
      'DescribeAvailabilityZones',
      'DescribeInstanceTypes',
      'DescribeInternetGateways',
      'DescribeNetworkAcls',
      'DescribeSecurityGroupRules',
      'DescribeSecurityGroups',
      'DescribeSubnets',
      'DescribeTransitGatewayPeeringAttachments',
      'DescribeTransitGatewayVpcAttachments',
      'DescribeVpcs',
      'GetTransitGatewayRouteTableAssociations',
      'GetTransitGatewayRouteTablePropagations',
      'SearchTransitGatewayRoutes',
    ),
    { action: 'cloudformation:CreateStack', resources: STACKS, condition: GIVEN },
    { action: 'cloudformation:UpdateStack', resources: STACKS },
    make('CreateVpcPeeringConnection', PEERING),
    on('CreateVpcPeeringConnection', 'vpc'),
    on('AcceptVpcPeeringConnection', 'vpc'),
    // The other side of a peering has no tags before it is accepted.
    ec2('AcceptVpcPeeringConnection', [PEERING]),
    ec2('AcceptTransitGatewayPeeringAttachment', [ATTACHMENT]),
    make('CreateTransitGateway', HUB),
    make('CreateTransitGatewayRouteTable', TABLE),
    on('CreateTransitGatewayRouteTable', HUB),
    make('CreateTransitGatewayVpcAttachment', ATTACHMENT),
    on('CreateTransitGatewayVpcAttachment', HUB, 'vpc', 'subnet'),
    make('CreateTransitGatewayPeeringAttachment', ATTACHMENT),
    on('CreateTransitGatewayPeeringAttachment', HUB),
    on('AssociateTransitGatewayRouteTable', TABLE, ATTACHMENT),
    on('CreateTransitGatewayRoute', TABLE, ATTACHMENT),
    on('CreateRoute', 'route-table'),
    on('CreateNetworkAclEntry', 'network-acl'),
    // The cluster's security group is made by EKS, which tags it with the cluster's name.
    ec2('AuthorizeSecurityGroupIngress', ['security-group']),
    make('AuthorizeSecurityGroupIngress', 'security-group-rule'),
    { action: 'ec2:CreateTags', resources: ['arn:*:ec2:*:*:*/*'], condition: GIVEN },
    ...reads('route53', 'CreateHostedZone', 'CreateHealthCheck'),
    ...route53([...ZONES, ...CHECKS], 'ChangeTagsForResource'),
    ...route53(
      ZONES,
      'GetHostedZone',
      'AssociateVPCWithHostedZone',
      'CreateVPCAssociationAuthorization',
      'DeleteVPCAssociationAuthorization',
    ),
    ...REMOVE,
  ],
);

/** What `meshproof aws check` and the suites of AWS call. */
export const VERIFY_ACTIONS: readonly AwsAction[] = [
  HOP,
  ...reads('sts', 'GetCallerIdentity'),
  ...reads(
    'ec2',
    'DescribeFlowLogs',
    'DescribeInstances',
    'DescribeLaunchTemplateVersions',
    'DescribeNatGateways',
    'DescribeNetworkAcls',
    'DescribeRouteTables',
    'DescribeSecurityGroups',
    'DescribeSubnets',
    'DescribeTransitGatewayAttachments',
    'DescribeTransitGatewayPeeringAttachments',
    'DescribeTransitGatewayRouteTables',
    'DescribeTransitGatewayVpcAttachments',
    'DescribeTransitGateways',
    'DescribeVpcEndpoints',
    'DescribeVpcPeeringConnections',
    'DescribeVpcs',
    'GetTransitGatewayRouteTableAssociations',
    'GetTransitGatewayRouteTablePropagations',
    'SearchTransitGatewayRoutes',
  ),
  ...reads(
    'eks',
    'DescribeCluster',
    'DescribeNodegroup',
    'DescribePodIdentityAssociation',
    'ListNodegroups',
    'ListPodIdentityAssociations',
  ),
  ...reads(
    'iam',
    'GetAccountAuthorizationDetails',
    'GetOpenIDConnectProvider',
    'GetPolicy',
    'GetPolicyVersion',
    'ListOpenIDConnectProviders',
  ),
  ...reads(
    'route53',
    'GetHealthCheck',
    'GetHealthCheckStatus',
    'GetHostedZone',
    'ListHostedZonesByName',
    'ListResourceRecordSets',
  ),
  ...reads('logs', 'DescribeLogGroups'),
];

const removes = (service: string, name: string, type: string): AwsAction => ({
  action: `${service}:${name}`,
  resources: [`arn:*:${service}:*:*:${type}/*`],
  condition: OURS,
});

/** What `meshproof sweep --aws` calls. */
export const SWEEP_ACTIONS: readonly AwsAction[] = withStacks(
  (name) => REMOVES.test(name),
  [
    ...FIND,
    ...reads('ec2', 'DescribeRegions'),
    ...REMOVE,
    removes('fis', 'StopExperiment', 'experiment'),
    removes('fis', 'DeleteExperimentTemplate', 'experiment-template'),
    removes('elasticloadbalancing', 'DeleteLoadBalancer', 'loadbalancer'),
    removes('elasticloadbalancing', 'DeleteTargetGroup', 'targetgroup'),
    ...reads('elasticloadbalancing', 'DescribeLoadBalancers'),
    ...reads('ec2', 'DescribeNetworkInterfaces'),
    { action: 'logs:DeleteLogGroup', resources: ['arn:*:logs:*:*:log-group:*'] },
  ],
);
