import type { EksClusterSettings } from '../../../model/aws.ts';
import { getAtt, ref, type Resource, sub, type Value } from './template.ts';

/** Service account of the VPC CNI; its rights are given to it alone, and not to whole nodes. */
const CNI = { namespace: 'kube-system', serviceAccount: 'aws-node' };
const managed = (name: string) => sub(`arn:\${AWS::Partition}:iam::aws:policy/${name}`);

/** IAM roles of a cluster, its nodes and its add-ons; service accounts get theirs by IRSA or by Pod Identity. */
export function roleResources(
  { identities }: Pick<EksClusterSettings, 'identities'>,
  tags: (name: string) => Value,
): Record<string, Resource> {
  return {
    ClusterRole: role('cluster', service('eks.amazonaws.com'), [managed('AmazonEKSClusterPolicy')], tags),
    NodeRole: role(
      'node',
      service('ec2.amazonaws.com'),
      [managed('AmazonEKSWorkerNodePolicy'), managed('AmazonEC2ContainerRegistryPullOnly')],
      tags,
    ),
    // Every cluster has its issuer registered: what is in it may use IRSA, whatever the add-ons do.
    OidcProvider: {
      Type: 'AWS::IAM::OIDCProvider',
      Properties: {
        Url: getAtt('Cluster', 'OpenIdConnectIssuerUrl'),
        ClientIdList: ['sts.amazonaws.com'],
        Tags: tags('oidc'),
      },
    },
    CniRole: role(
      'cni',
      identities === 'irsa' ? irsa(CNI) : podIdentity(),
      [managed('AmazonEKS_CNI_Policy')],
      tags,
    ),
  };
}

/** Trust in one service account, by the cluster's own issuer. CloudFormation replaces nothing in keys: the document is a text. */
function irsa({ namespace, serviceAccount }: typeof CNI): Value {
  const document = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: '${OidcProvider}' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            '${issuer}:aud': 'sts.amazonaws.com',
            '${issuer}:sub': `system:serviceaccount:${namespace}:${serviceAccount}`,
          },
        },
      },
    ],
  };
  const issuer = { 'Fn::Select': [1, { 'Fn::Split': ['//', getAtt('Cluster', 'OpenIdConnectIssuerUrl')] }] };
  return sub(JSON.stringify(document), { issuer });
}

function podIdentity(): Value {
  return trust({ Service: 'pods.eks.amazonaws.com' }, ['sts:AssumeRole', 'sts:TagSession']);
}

function service(name: string): Value {
  return trust({ Service: name }, ['sts:AssumeRole']);
}

function trust(principal: Record<string, string>, actions: readonly string[]): Value {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: actions }],
  };
}

function role(
  name: string,
  document: Value,
  policies: readonly Value[],
  tags: (name: string) => Value,
): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: document, ManagedPolicyArns: policies, Tags: tags(name) },
  };
}

/** Flow logs of the VPC, with the role by which they are written; logs of the control plane, so that they go with the stack. */
export function logResources(
  { flowLogs, controlPlane, cluster }: { flowLogs: boolean; controlPlane: boolean; cluster: string },
  tags: (name: string) => Value,
): Record<string, Resource> {
  const logGroup = (name: string): Resource => ({
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName: name, RetentionInDays: 7, Tags: tags('logs') },
  });
  const flowLogGroup = `/meshproof/${cluster}/flow-logs`;
  return {
    // EKS makes the group by itself, for ever and without tags, when it is not there before.
    ...(controlPlane ? { ControlPlaneLogs: logGroup(`/aws/eks/${cluster}/cluster`) } : {}),
    ...(flowLogs ? { FlowLogGroup: logGroup(flowLogGroup), ...flowLog(flowLogGroup, tags) } : {}),
  };
}

function flowLog(group: string, tags: (name: string) => Value): Record<string, Resource> {
  const write = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
    Resource: getAtt('FlowLogGroup', 'Arn'),
  };
  return {
    FlowLogRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: service('vpc-flow-logs.amazonaws.com'),
        Policies: [{ PolicyName: 'write', PolicyDocument: { Version: '2012-10-17', Statement: [write] } }],
        Tags: tags('flow-logs'),
      },
    },
    FlowLog: {
      Type: 'AWS::EC2::FlowLog',
      Properties: {
        ResourceType: 'VPC',
        ResourceId: ref('Vpc'),
        TrafficType: 'ALL',
        LogDestinationType: 'cloud-watch-logs',
        LogGroupName: group,
        DeliverLogsPermissionArn: getAtt('FlowLogRole', 'Arn'),
        Tags: tags('flow-logs'),
      },
      DependsOn: ['FlowLogGroup'],
    },
  };
}
