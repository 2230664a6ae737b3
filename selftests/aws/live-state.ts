import * as ec2 from '@aws-sdk/client-ec2';
import * as fis from '@aws-sdk/client-fis';
import * as route53 from '@aws-sdk/client-route-53';
import * as scheduler from '@aws-sdk/client-scheduler';
import type { MadeCluster } from './faults-lab.ts';

const clients = { ec2: ec2.EC2Client, route53: route53.Route53Client, fis: fis.FisClient };
const commands: Record<string, Record<string, unknown>> = {
  ec2: { ...ec2 },
  route53: { ...route53 },
  fis: { ...fis },
};

/**
 * Everything that faults could change, as the API gives it, and every schedule: to be compared byte for byte. Rules of
 * security groups without their ids, which are new when a rule is put back.
 */
export async function liveState(clusters: readonly MadeCluster[]): Promise<string> {
  const each = clusters.map(async ({ region, ec2: client }) => {
    const rules = await client.send(new ec2.DescribeSecurityGroupRulesCommand({}));
    const tables = await client.send(new ec2.DescribeTransitGatewayRouteTablesCommand({}));
    const instances = await client.send(new ec2.DescribeInstancesCommand({}));
    return {
      region,
      acls: (await client.send(new ec2.DescribeNetworkAclsCommand({}))).NetworkAcls?.map((acl) => ({
        ...acl,
        Entries: sorted(acl.Entries),
      })),
      routes: (await client.send(new ec2.DescribeRouteTablesCommand({}))).RouteTables?.map((table) => ({
        ...table,
        Routes: sorted(table.Routes),
      })),
      groups: (await client.send(new ec2.DescribeSecurityGroupsCommand({}))).SecurityGroups?.map(
        ({ GroupId }) => GroupId,
      ),
      rules: sorted(rules.SecurityGroupRules?.map((rule) => ({ ...rule, SecurityGroupRuleId: '' }))),
      interfaces: (await client.send(new ec2.DescribeNetworkInterfacesCommand({}))).NetworkInterfaces?.map(
        ({ NetworkInterfaceId, Groups }) => ({ NetworkInterfaceId, Groups }),
      ),
      instances: instances.Reservations?.flatMap(({ Instances = [] }) =>
        Instances.map(({ InstanceId, State }) => ({ InstanceId, State })),
      ),
      associations: await Promise.all(
        (tables.TransitGatewayRouteTables ?? []).map(async ({ TransitGatewayRouteTableId }) =>
          sorted(
            (
              await client.send(
                new ec2.GetTransitGatewayRouteTableAssociationsCommand({ TransitGatewayRouteTableId }),
              )
            ).Associations,
          ),
        ),
      ),
      checks: (
        await new route53.Route53Client({ region }).send(new route53.ListHealthChecksCommand({}))
      ).HealthChecks?.map(({ Id, HealthCheckConfig }) => ({ Id, HealthCheckConfig })),
      templates: (
        await new fis.FisClient({ region }).send(new fis.ListExperimentTemplatesCommand({}))
      ).experimentTemplates?.map(({ id }) => id),
      schedules: (await schedulesIn(region)).map(({ Name }) => Name),
    };
  });
  return JSON.stringify(await Promise.all(each), null, 1);
}

/** Every schedule of a region, whole. */
export async function schedulesIn(region: string): Promise<scheduler.GetScheduleCommandOutput[]> {
  const client = new scheduler.SchedulerClient({ region });
  const { Schedules = [] } = await client.send(new scheduler.ListSchedulesCommand({}));
  return Promise.all(Schedules.map(({ Name }) => client.send(new scheduler.GetScheduleCommand({ Name }))));
}

/**
 * Does what EventBridge does once the schedules of a region are due: each target's call with its input, in the order of their
 * times, and away with what says so. It reads nothing of a schedule but what EventBridge reads.
 */
export async function replaySchedules(region: string): Promise<string[]> {
  const client = new scheduler.SchedulerClient({ region });
  const all = (await schedulesIn(region)).toSorted((a, b) =>
    (a.ScheduleExpression ?? '').localeCompare(b.ScheduleExpression ?? ''),
  );
  const made: string[] = [];
  for (const { Name, Target, ActionAfterCompletion } of all) {
    const [service = '', action = ''] = (Target?.Arn ?? '').split(':').slice(-2);
    const Client = clients[service as keyof typeof clients] as unknown as typeof ec2.EC2Client;
    const Command = commands[service]?.[
      `${action.charAt(0).toUpperCase()}${action.slice(1)}Command`
    ] as typeof ec2.DeleteRouteCommand;
    const input = Target?.Input ?? '{}';
    // Names of parameters begin with a capital letter there, those of FIS's API with a small one.
    const given = service === 'fis' ? input.replace(/"([A-Z])(\w*)":/g, smallFirst) : input;
    await new Client({ region }).send(new Command(JSON.parse(given) as never));
    made.push(`${service}:${action}`);
    if (ActionAfterCompletion === 'DELETE') await client.send(new scheduler.DeleteScheduleCommand({ Name }));
  }
  return made;
}

function smallFirst(_: string, first: string, rest: string): string {
  return `"${first.toLowerCase()}${rest}":`;
}

function sorted<T>(items: readonly T[] = []): T[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
