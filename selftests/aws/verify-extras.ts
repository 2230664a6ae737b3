import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateFlowLogsCommand } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssociateVPCWithHostedZoneCommand,
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { ACCOUNT, type BuiltCluster, must } from './verify-world.ts';

export const ZONE = 'mesh.example.internal';

/** Rights of a service account in both clusters: its issuers, a role for each, and what it may do. */
export async function grantRights(cluster: BuiltCluster): Promise<string> {
  const issuer = await issuerOf(cluster);
  const { iam } = cluster.aws;
  await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: `https://${issuer}`,
      ClientIDList: ['sts.amazonaws.com'],
      ThumbprintList: ['0'.repeat(40)],
    }),
  );
  const RoleName = `${cluster.eksName}-cart`;
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustIn(issuer) }));
  await allow(cluster, ['dynamodb:GetItem']);
  return RoleName;
}

export async function issuerOf({ aws, eksName }: BuiltCluster): Promise<string> {
  const { cluster } = await aws.eks.send(new DescribeClusterCommand({ name: eksName }));
  return must(cluster?.identity?.oidc?.issuer).replace('https://', '');
}

/** A trust policy for the service account shop/cart, by tokens of this issuer. */
export function trustIn(issuer: string, conditions: Record<string, string> = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${issuer}:sub`]: 'system:serviceaccount:shop:cart',
            [`${issuer}:aud`]: 'sts.amazonaws.com',
            ...conditions,
          },
        },
      },
    ],
  });
}

/** What the role of a cluster may do with its own table. */
export function allow({ aws, eksName, region }: BuiltCluster, actions: readonly string[]) {
  const Resource = `arn:aws:dynamodb:${region}:${ACCOUNT}:table/carts`;
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource }] };
  return aws.iam.send(
    new PutRolePolicyCommand({
      RoleName: `${eksName}-cart`,
      PolicyName: 'carts',
      PolicyDocument: JSON.stringify(document),
    }),
  );
}

/** Everything that `expect` of the environment's file asks for. */
export async function recordEverything({
  aws,
  eksName,
  vpc,
}: BuiltCluster): Promise<{ flowLog: string; group: string }> {
  const group = `/aws/containerinsights/${eksName}/performance`;
  for (const logGroupName of [group, `/aws/eks/${eksName}/cluster`, `/flows/${eksName}`])
    await aws.logs.send(new CreateLogGroupCommand({ logGroupName }));
  const made = await aws.ec2.send(
    new CreateFlowLogsCommand({
      ResourceIds: [vpc],
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogGroupName: `/flows/${eksName}`,
      DeliverLogsPermissionArn: `arn:aws:iam::${ACCOUNT}:role/flows`,
    }),
  );
  return { flowLog: must(made.FlowLogIds?.[0]), group };
}

/** A private zone of both VPCs, with a record that fails over from east to west: to host names, or to these addresses. */
export async function nameGateways(
  east: BuiltCluster,
  west: BuiltCluster,
  addresses?: Record<'east' | 'west', readonly string[]>,
): Promise<{ zone: string; check: string }> {
  const { route53 } = east.aws;
  const made = await route53.send(
    new CreateHostedZoneCommand({
      Name: ZONE,
      CallerReference: 'verify',
      VPC: { VPCId: east.vpc, VPCRegion: 'eu-central-1' },
      HostedZoneConfig: { PrivateZone: true },
    }),
  );
  const zone = must(made.HostedZone?.Id).replace('/hostedzone/', '');
  await route53.send(
    new AssociateVPCWithHostedZoneCommand({
      HostedZoneId: zone,
      VPC: { VPCId: west.vpc, VPCRegion: 'us-west-2' },
    }),
  );
  const watched = await route53.send(
    new CreateHealthCheckCommand({
      CallerReference: 'verify',
      HealthCheckConfig: {
        Type: 'TCP',
        FullyQualifiedDomainName: 'east.example.com',
        Port: 15_443,
        RequestInterval: 10,
        FailureThreshold: 1,
      },
    }),
  );
  const check = must(watched.HealthCheck?.Id);
  const to = (cluster: 'east' | 'west'): Partial<ResourceRecordSet> =>
    addresses ? { Type: 'A', ResourceRecords: addresses[cluster].map((Value) => ({ Value })) } : {};
  const primary = recordOf('PRIMARY', { HealthCheckId: check, ...to('east') });
  for (const set of [primary, recordOf('SECONDARY', to('west'))]) await upsert(east, zone, set);
  return { zone, check };
}

export function recordOf(
  Failover: 'PRIMARY' | 'SECONDARY',
  changes: Partial<ResourceRecordSet> = {},
): ResourceRecordSet {
  const cluster = Failover === 'PRIMARY' ? 'east' : 'west';
  return {
    Name: `gateway.${ZONE}`,
    Type: 'CNAME',
    SetIdentifier: cluster,
    Failover,
    TTL: 30,
    ResourceRecords: [{ Value: `${cluster}.example.com` }],
    ...changes,
  };
}

export function upsert(
  { aws }: BuiltCluster,
  HostedZoneId: string,
  ResourceRecordSet: ResourceRecordSet,
  Action: 'UPSERT' | 'DELETE' = 'UPSERT',
) {
  return aws.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId,
      ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
    }),
  );
}
