import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { paginateDescribeFlowLogs } from '@aws-sdk/client-ec2';
import type { AwsObservability } from '../../model/aws-observability.ts';
import type { AwsClients } from '../clients.ts';
import type { EksCluster } from '../eks/read-cluster.ts';
import { allOf } from '../pages.ts';

/** What records a cluster's packets and control plane: a call for flow logs, and one for each of these groups. */
export async function readObservability(
  { ec2, logs }: AwsClients,
  { eksName, place, logs: kinds }: EksCluster,
  groups: readonly string[],
): Promise<AwsObservability> {
  const about = { Filter: [{ Name: 'resource-id', Values: [place.vpc, ...place.nodes.subnets] }] };
  const [flowLogs, ...named] = await Promise.all([
    allOf(paginateDescribeFlowLogs({ client: ec2 }, about), (one) => one.FlowLogs),
    ...groups.map((logGroupNamePrefix) =>
      allOf(paginateDescribeLogGroups({ client: logs }, { logGroupNamePrefix }), (one) => one.logGroups),
    ),
  ]);
  return {
    cluster: place.cluster,
    eksName,
    vpc: place.vpc,
    subnets: [...place.nodes.subnets],
    flowLogs: flowLogs.map((one) => ({
      id: one.FlowLogId ?? '',
      resource: one.ResourceId ?? '',
      traffic: one.TrafficType ?? '',
      status: one.FlowLogStatus ?? '',
      delivery: one.DeliverLogsStatus ?? '',
      ...(one.DeliverLogsErrorMessage === undefined ? {} : { problem: one.DeliverLogsErrorMessage }),
    })),
    controlPlaneLogs: kinds,
    logGroups: named.flat().flatMap(({ logGroupName }) => logGroupName ?? []),
  };
}
