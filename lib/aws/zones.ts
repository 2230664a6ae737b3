import { randomBytes } from 'node:crypto';
import {
  AssociateVPCWithHostedZoneCommand,
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  CreateVPCAssociationAuthorizationCommand,
  DeleteHealthCheckCommand,
  DeleteHostedZoneCommand,
  DeleteVPCAssociationAuthorizationCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  paginateListHealthChecks,
  paginateListHostedZones,
  type HealthCheck,
  type ResourceRecordSet,
  type VPCRegion,
} from '@aws-sdk/client-route-53';
import type { AwsPlace } from '../model/aws.ts';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';
import { unless } from './eventually.ts';
import { allOf } from './pages.ts';
import type { VpcEnd } from './peerings.ts';
import { type OurTags, TAG, tagList } from './tags.ts';

/**
 * Route 53 takes tags in a call of its own, so that a process killed between leaves a zone that nobody knows. The caller's reference is
 * given with the zone or health check, and lasts: ours says environment and expiry (64 characters are the most that it has).
 */
const REFERENCE = /^meshproof:([a-z0-9-]{1,40}):(\d+):[0-9a-f]{6}$/;

function newReference({ environment, expires }: OurTags): string {
  return `meshproof:${environment}:${Math.floor(Date.parse(expires) / 1000)}:${randomBytes(3).toString('hex')}`;
}

/** Whose a zone or health check is, by its caller's reference; undefined when it is none of ours. Pure. */
export function ownerByReference(reference: string | undefined): OurTags | undefined {
  const [, environment, seconds] = REFERENCE.exec(reference ?? '') ?? [];
  if (environment === undefined) return undefined;
  return { environment, owner: '', expires: new Date(Number(seconds) * 1000).toISOString() };
}

/** A private hosted zone of ours. */
export interface OurZone {
  id: string;
  /** Without the dot at its end. */
  name: string;
  tags: OurTags;
}

/** Private zones of ours in an account, as one of its places sees them: Route 53 has no regions. */
export async function ourZones(place: AwsPlace): Promise<OurZone[]> {
  const { route53: client } = awsClients(place);
  const all = await allOf(paginateListHostedZones({ client }, {}), ({ HostedZones }) => HostedZones);
  return all.flatMap(({ Id = '', Name = '', CallerReference }) => {
    const tags = ownerByReference(CallerReference);
    return tags ? [{ id: Id.replace('/hostedzone/', ''), name: Name.replace(/\.$/, ''), tags }] : [];
  });
}

/**
 * The private zone of an environment: found or made with the first VPC, and associated with all of them; the VPC of another account is
 * authorised by the zone's and associated by its own. Idempotent.
 */
export async function ensureZone(name: string, vpcs: readonly VpcEnd[], tags: OurTags): Promise<OurZone> {
  const [first] = vpcs;
  if (!first) throw new MeshproofError('bug', `a zone ${name} without a VPC`);
  const home = awsClients(first.place);
  const mine = (await ourZones(first.place)).find(
    (zone) => zone.name === name && zone.tags.environment === tags.environment,
  );
  const zone = mine ?? (await createZone(name, first, tags));
  await tagResource(first.place, 'hostedzone', zone.id, tags);
  const { VPCs: linked = [] } = await home.route53.send(new GetHostedZoneCommand({ Id: zone.id }));
  for (const { place, vpcId } of vpcs.filter((one) => !linked.some(({ VPCId }) => VPCId === one.vpcId))) {
    const association = {
      HostedZoneId: zone.id,
      VPC: { VPCId: vpcId, VPCRegion: place.region as VPCRegion },
    };
    const foreign = place.account.name !== first.place.account.name;
    if (foreign) await home.route53.send(new CreateVPCAssociationAuthorizationCommand(association));
    await awsClients(place).route53.send(new AssociateVPCWithHostedZoneCommand(association));
    if (foreign) await home.route53.send(new DeleteVPCAssociationAuthorizationCommand(association));
  }
  return zone;
}

async function createZone(name: string, { place, vpcId }: VpcEnd, tags: OurTags): Promise<OurZone> {
  const { HostedZone: made } = await awsClients(place).route53.send(
    new CreateHostedZoneCommand({
      Name: name,
      CallerReference: newReference(tags),
      HostedZoneConfig: { Comment: `meshproof ${tags.environment}`, PrivateZone: true },
      VPC: { VPCId: vpcId, VPCRegion: place.region as VPCRegion },
    }),
  );
  return { id: (made?.Id ?? '').replace('/hostedzone/', ''), name, tags };
}

/** A health check of ours. */
export interface OurHealthCheck {
  id: string;
  tags: OurTags;
  host: string;
  port: number;
}

/** Health checks of ours in an account. */
export async function ourHealthChecks(place: AwsPlace): Promise<OurHealthCheck[]> {
  const { route53: client } = awsClients(place);
  const all: HealthCheck[] = await allOf(
    paginateListHealthChecks({ client }, {}),
    (page) => page.HealthChecks,
  );
  return all.flatMap(({ Id: id = '', CallerReference, HealthCheckConfig: config }) => {
    const tags = ownerByReference(CallerReference);
    const { FullyQualifiedDomainName: host = '', Port: port = 0 } = config ?? {};
    return tags ? [{ id, tags, host, port }] : [];
  });
}

/** A health check of ours that opens a TCP connection to a host: found or made, tagged with the cluster that it is of. */
export async function ensureHealthCheck(
  place: AwsPlace,
  { host, port, cluster }: { host: string; port: number; cluster: string },
  tags: OurTags,
): Promise<string> {
  const { route53 } = awsClients(place);
  const found = (await ourHealthChecks(place)).find(
    (one) => one.tags.environment === tags.environment && one.host === host && one.port === port,
  );
  const make = async () => {
    const { HealthCheck: made } = await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: newReference(tags),
        HealthCheckConfig: {
          Type: 'TCP',
          FullyQualifiedDomainName: host,
          Port: port,
          RequestInterval: 10,
          FailureThreshold: 2,
        },
      }),
    );
    return made?.Id ?? '';
  };
  const id = found?.id ?? (await make());
  await tagResource(place, 'healthcheck', id, tags, [{ Key: TAG.cluster, Value: cluster }]);
  return id;
}

async function tagResource(
  place: AwsPlace,
  ResourceType: 'hostedzone' | 'healthcheck',
  ResourceId: string,
  tags: OurTags,
  more: { Key: string; Value: string }[] = [],
): Promise<void> {
  await awsClients(place).route53.send(
    new ChangeTagsForResourceCommand({ ResourceType, ResourceId, AddTags: [...tagList(tags), ...more] }),
  );
}

/** Writes these records into a zone, all or none. Idempotent. */
export async function writeRecords(
  place: AwsPlace,
  zone: string,
  records: readonly ResourceRecordSet[],
): Promise<void> {
  if (records.length === 0) return;
  await awsClients(place).route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zone,
      ChangeBatch: { Changes: records.map((record) => ({ Action: 'UPSERT', ResourceRecordSet: record })) },
    }),
  );
}

/** Removes a zone with its records: all but the two that it came with (NS, SOA) and that go with it. Idempotent. */
export async function deleteZone(place: AwsPlace, id: string): Promise<void> {
  const { route53: client } = awsClients(place);
  // Three hundred are on the first page: more than clusters that AWS lets be linked.
  const found = await unless(
    ['NoSuchHostedZone'],
    client.send(new ListResourceRecordSetsCommand({ HostedZoneId: id })),
  );
  const records = found?.ResourceRecordSets;
  if (!records) return;
  const ours = records.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
  if (ours.length > 0)
    await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: id,
        ChangeBatch: { Changes: ours.map((record) => ({ Action: 'DELETE', ResourceRecordSet: record })) },
      }),
    );
  await unless(['NoSuchHostedZone'], client.send(new DeleteHostedZoneCommand({ Id: id })));
}

/** Removes a health check. Idempotent. */
export async function deleteHealthCheck(place: AwsPlace, id: string): Promise<void> {
  const command = new DeleteHealthCheckCommand({ HealthCheckId: id });
  await unless(['NoSuchHealthCheck'], awsClients(place).route53.send(command));
}
