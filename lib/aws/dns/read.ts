import {
  GetHealthCheckCommand,
  GetHostedZoneCommand,
  type HealthCheck,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import type { AwsHealthCheck, AwsRecord, AwsZone } from '../../model/aws-dns.ts';
import type { AwsClients } from '../clients.ts';
import { awsErrorName } from '../errors.ts';

/**
 * A hosted zone by its name, a private one if there are several; undefined when there is none. Takes two calls, the pages of its
 * records, and a call for each health check that they name.
 */
export async function readZone({ route53 }: AwsClients, name: string): Promise<AwsZone | undefined> {
  const listed = await route53.send(new ListHostedZonesByNameCommand({ DNSName: name, MaxItems: 10 }));
  const same = (listed.HostedZones ?? []).filter((zone) => bare(zone.Name) === name);
  const zone = same.find(({ Config }) => Config?.PrivateZone) ?? same[0];
  if (zone?.Id === undefined) return undefined;
  const id = zone.Id.replace('/hostedzone/', '');
  const [details, sets] = await Promise.all([
    route53.send(new GetHostedZoneCommand({ Id: id })),
    recordSets(route53, id),
  ]);
  const checks = [...new Set(sets.flatMap(({ HealthCheckId }) => HealthCheckId ?? []))];
  const healthChecks = await Promise.all(
    checks.map(async (HealthCheckId) => {
      const answer = await route53
        .send(new GetHealthCheckCommand({ HealthCheckId }))
        .catch((error: unknown) => {
          // A record may name a check that somebody has deleted.
          if (awsErrorName(error) === 'NoSuchHealthCheck') return undefined;
          throw error;
        });
      return answer?.HealthCheck ? [healthCheck(answer.HealthCheck)] : [];
    }),
  );
  return {
    id,
    name,
    private: zone.Config?.PrivateZone === true,
    vpcs: (details.VPCs ?? []).flatMap(({ VPCId }) => VPCId ?? []),
    records: sets.map(record),
    healthChecks: healthChecks.flat(),
  };
}

/** The SDK has no paginator for this one: the next page begins with a name, a type and an identifier. */
async function recordSets(client: Route53Client, HostedZoneId: string): Promise<ResourceRecordSet[]> {
  const all: ResourceRecordSet[] = [];
  let start = {};
  for (;;) {
    const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...start }));
    all.push(...(page.ResourceRecordSets ?? []));
    if (page.IsTruncated !== true) return all;
    start = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
}

function record(set: ResourceRecordSet): AwsRecord {
  const { SetIdentifier, Failover, Region, TTL, HealthCheckId, AliasTarget: alias } = set;
  return {
    name: bare(set.Name),
    type: set.Type ?? '',
    ...(SetIdentifier === undefined ? {} : { setIdentifier: SetIdentifier }),
    ...(Failover === undefined ? {} : { failover: Failover }),
    ...(Region === undefined ? {} : { region: Region }),
    ...(TTL === undefined ? {} : { ttlMs: TTL * 1000 }),
    values: alias ? [bare(alias.DNSName)] : (set.ResourceRecords ?? []).map(({ Value }) => bare(Value)),
    alias: alias !== undefined,
    evaluatesTarget: alias?.EvaluateTargetHealth === true,
    ...(HealthCheckId === undefined ? {} : { healthCheck: HealthCheckId }),
  };
}

function healthCheck({ Id = '', HealthCheckConfig: config }: HealthCheck): AwsHealthCheck {
  const target = config?.IPAddress ?? config?.FullyQualifiedDomainName;
  return {
    id: Id,
    type: config?.Type ?? '',
    ...(target === undefined ? {} : { target }),
    inverted: config?.Inverted === true,
    disabled: config?.Disabled === true,
    ...(config?.RequestInterval === undefined ? {} : { intervalSeconds: config.RequestInterval }),
    ...(config?.FailureThreshold === undefined ? {} : { threshold: config.FailureThreshold }),
  };
}

function bare(name: string | undefined): string {
  return (name ?? '').replace(/\.$/, '');
}
