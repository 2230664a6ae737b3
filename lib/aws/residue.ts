import { paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import {
  paginateDescribeTransitGatewayAttachments,
  paginateDescribeTransitGatewayRouteTables,
  paginateDescribeTransitGateways,
  paginateDescribeVpcPeeringConnections,
} from '@aws-sdk/client-ec2';
import type { AwsPlace } from '../model/aws.ts';
import { awsClients } from './clients.ts';
import { allOf } from './pages.ts';
import { stillThere, taggedResources } from './tagged.ts';
import { type OurTags, ourTags, TAG } from './tags.ts';
import { ourHealthChecks, ourZones } from './zones.ts';

/** Something on AWS that carries our tags. */
export interface AwsResource {
  /** Service and type, as in its ARN: `ec2:transit-gateway`, `cloudformation:stack` … */
  kind: string;
  /** Its id or name; an ARN where it has neither. */
  id: string;
  place: AwsPlace;
  tags: OurTags;
  /** The stack that made it, which removes it. */
  stack?: string;
  /** When it was made, where AWS tells. */
  since?: Date;
}

type Tagged = { Key?: string | undefined; Value?: string | undefined }[] | undefined;

/** AWS shows what is gone for up to an hour, in one of these states. */
const GONE = [
  'deleted',
  'deleting',
  'failed',
  'rejected',
  'rejecting',
  'expired',
  'terminated',
  'shutting-down',
];
const STACK = 'aws:cloudformation:stack-name';

/**
 * What a place holds that carries our tags, of one environment or of all: what is gone, and shown for a while, is left out. Stacks and
 * Transit Gateways are asked for themselves, since the tagging API learns of them late; all else comes from that API. About seven
 * calls a place, more for each further page.
 */
export async function ourResources(place: AwsPlace, environment?: string): Promise<AwsResource[]> {
  const found = [...(await stacks(place)), ...(await links(place)), ...(await names(place))];
  const known = new Set(found.map(({ id }) => id));
  const rest = (await tagged(place)).filter(({ id }) => !known.has(id));
  return [...found, ...rest].filter(
    ({ tags }) => environment === undefined || tags.environment === environment,
  );
}

function resource(
  place: AwsPlace,
  kind: string,
  id: string | undefined,
  { Tags, since }: { Tags?: Tagged; since?: Date | undefined },
): AwsResource[] {
  const tags = ourTags(Tags);
  if (!tags || id === undefined) return [];
  const stack = Tags?.find(({ Key }) => Key === STACK)?.Value;
  return [{ kind, id, place, tags, ...(stack ? { stack } : {}), ...(since ? { since } : {}) }];
}

const isThere = (state: string | undefined) => !GONE.includes((state ?? '').toLowerCase());

async function stacks(place: AwsPlace): Promise<AwsResource[]> {
  const { cloudformation: client } = awsClients(place);
  const all = await allOf(paginateDescribeStacks({ client }, {}), ({ Stacks }) => Stacks);
  return all
    .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
    .flatMap(({ StackName, Tags, CreationTime: since }) =>
      resource(place, 'cloudformation:stack', StackName, { Tags, since }),
    );
}

async function links(place: AwsPlace): Promise<AwsResource[]> {
  const { ec2: client } = awsClients(place);
  const ours = { Filters: [{ Name: 'tag-key', Values: [TAG.environment] }] };
  const [gateways, tables, attachments, peerings] = [
    await allOf(paginateDescribeTransitGateways({ client }, { ...ours }), (one) => one.TransitGateways),
    await allOf(
      paginateDescribeTransitGatewayRouteTables({ client }, { ...ours }),
      (one) => one.TransitGatewayRouteTables,
    ),
    await allOf(
      paginateDescribeTransitGatewayAttachments({ client }, { ...ours }),
      (one) => one.TransitGatewayAttachments,
    ),
    await allOf(
      paginateDescribeVpcPeeringConnections({ client }, { ...ours }),
      (one) => one.VpcPeeringConnections,
    ),
  ];
  return [
    ...gateways
      .filter(({ State }) => isThere(State))
      .flatMap(({ TransitGatewayId: id, Tags, CreationTime: since }) =>
        resource(place, 'ec2:transit-gateway', id, { Tags, since }),
      ),
    ...tables
      .filter(({ State }) => isThere(State))
      .flatMap(({ TransitGatewayRouteTableId: id, Tags, CreationTime: since }) =>
        resource(place, 'ec2:transit-gateway-route-table', id, { Tags, since }),
      ),
    ...attachments
      .filter(({ State }) => isThere(State))
      .flatMap(({ TransitGatewayAttachmentId: id, ResourceType, Tags, CreationTime: since }) =>
        resource(place, ResourceType === 'peering' ? HUB_PEERING : VPC_ATTACHMENT, id, { Tags, since }),
      ),
    ...peerings
      .filter(({ Status }) => isThere(Status?.Code))
      .flatMap(({ VpcPeeringConnectionId: id, Tags }) =>
        resource(place, 'ec2:vpc-peering-connection', id, { Tags }),
      ),
  ];
}

/** Of the account, whatever the region: every place of it shows the same. */
async function names(place: AwsPlace): Promise<AwsResource[]> {
  return [
    ...(await ourZones(place)).map(({ id, tags }) => ({ kind: 'route53:hostedzone', id, place, tags })),
    ...(await ourHealthChecks(place)).map(({ id, tags }) => ({
      kind: 'route53:healthcheck',
      id,
      place,
      tags,
    })),
  ];
}

/** Kinds of attachments; an ARN says of neither which it is. */
export const HUB_PEERING = 'ec2:transit-gateway-peering-attachment';
export const VPC_ATTACHMENT = 'ec2:transit-gateway-vpc-attachment';
/** Kinds that are asked for themselves: what the tagging API says of them may be old. */
const ASKED = [
  'cloudformation:stack',
  'ec2:transit-gateway',
  'ec2:transit-gateway-route-table',
  'ec2:transit-gateway-attachment',
  'ec2:vpc-peering-connection',
  'route53:hostedzone',
  'route53:healthcheck',
];

async function tagged(place: AwsPlace): Promise<AwsResource[]> {
  const all = (await taggedResources(place)).filter(({ arn }) => !ASKED.includes(partsOf(arn).kind));
  return (await stillThere(place, all)).flatMap(({ arn, tags }) => {
    const { kind, id } = partsOf(arn);
    return resource(place, kind, id, { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
  });
}

/** Kind and id in an ARN: `arn:aws:ec2:r:a:vpc/vpc-1` is `ec2:vpc` and `vpc-1`. */
export function partsOf(arn: string): { kind: string; id: string } {
  const [, , service = '', , , ...rest] = arn.split(':');
  const path = rest.join(':');
  const match = /^([a-z][\w-]*)[/:](.+)$/i.exec(path);
  return match ? { kind: `${service}:${match[1]}`, id: match[2] ?? '' } : { kind: service, id: path };
}

/** What is left of an environment in these places, in words; empty after `env down`. What a stack holds goes with the stack, and is not told again. */
export async function awsResidue(environment: string, places: readonly AwsPlace[]): Promise<string[]> {
  const left = await Promise.all(places.map((place) => ourResources(place, environment)));
  // A peering is shown on both sides, and names in every region.
  const once = new Map(left.flat().map((one) => [`${one.kind} ${one.id}`, one]));
  return [...once.values()].filter(byItself(left.flat())).map(words);
}

/** True for what no stack will remove that is there still. */
export function byItself(all: readonly AwsResource[]): (one: AwsResource) => boolean {
  const stacks = new Set(all.filter(({ kind }) => kind === 'cloudformation:stack').map(({ id }) => id));
  return ({ stack }) => stack === undefined || !stacks.has(stack);
}

/** A resource, for a person. */
export function words({ kind, id, place }: AwsResource): string {
  return `${kind} ${id} in ${place.region}`;
}
