import type { AwsFinding } from '../../model/aws-check.ts';
import type { AwsFlowLog, AwsObservability } from '../../model/aws-observability.ts';
import type { AwsExpectations } from '../../model/aws.ts';

/** Where EKS writes the logs of a control plane (EKS user guide, "Send control plane logs to CloudWatch Logs"). */
export function controlPlaneGroup(eksName: string): string {
  return `/aws/eks/${eksName}/cluster`;
}

/** Where Container Insights writes what it measures (CloudWatch user guide, "Viewing Container Insights metrics"). */
export function insightsGroup(eksName: string): string {
  return `/aws/containerinsights/${eksName}/performance`;
}

/** What the environment relies on being recorded, and is not. */
export function analyseObservability(
  clusters: readonly AwsObservability[],
  expect: AwsExpectations,
): AwsFinding[] {
  return clusters.flatMap((one) => [
    ...(expect.flowLogs ? flowLogs(one) : []),
    ...controlPlane(one, expect.controlPlaneLogs),
    ...(expect.containerInsights ? insights(one) : []),
  ]);
}

/** On for the VPC, or for each of the subnets that nodes are in; `REJECT` alone misses the calls that got through. */
function flowLogs({ cluster, vpc, subnets, flowLogs: found }: AwsObservability): AwsFinding[] {
  const good = found.filter((log) => problemOf(log) === undefined);
  const covered = (id: string) => good.some(({ resource }) => resource === id);
  if (covered(vpc) || (subnets.length > 0 && subnets.every(covered))) return [];
  const why = found.flatMap((log) => problemOf(log) ?? []);
  const missing = subnets.filter((id) => !covered(id)).join(', ');
  const words = why.length > 0 ? why.join('; ') : `none for ${vpc}, nor for ${missing}`;
  return [finding('flow-logs', `${cluster}: flow logs are not on: ${words}`, [vpc])];
}

function problemOf({ id, traffic, status, delivery, problem }: AwsFlowLog): string | undefined {
  if (status !== 'ACTIVE') return `${id} is ${status}`;
  if (delivery === 'FAILED') return `${id} delivers nothing (${problem ?? 'no reason given'})`;
  return traffic === 'ALL' ? undefined : `${id} records ${traffic} only`;
}

function controlPlane(one: AwsObservability, wanted: readonly string[]): AwsFinding[] {
  const { cluster, eksName, controlPlaneLogs, logGroups } = one;
  const off = wanted.filter((kind) => !controlPlaneLogs.includes(kind));
  if (off.length > 0)
    return [
      finding('control-plane-logs', `${cluster}: the control plane does not log ${off.join(', ')}`, [
        eksName,
      ]),
    ];
  const group = controlPlaneGroup(eksName);
  if (wanted.length === 0 || logGroups.includes(group)) return [];
  return [
    finding(
      'control-plane-logs',
      `${cluster}: the control plane is to log, and there is no log group ${group}`,
      [group],
    ),
  ];
}

function insights({ cluster, eksName, logGroups }: AwsObservability): AwsFinding[] {
  const group = insightsGroup(eksName);
  if (logGroups.includes(group)) return [];
  return [
    finding(
      'container-insights',
      `${cluster}: Container Insights is not on: there is no log group ${group}`,
      [group],
    ),
  ];
}

function finding(kind: string, words: string, resources: string[]): AwsFinding {
  return { check: 'cloudwatch', kind, severity: 'failed', words, resources };
}
