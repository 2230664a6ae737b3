import {
  AssociateTransitGatewayRouteTableCommand,
  CreateTagsCommand,
  CreateTransitGatewayCommand,
  CreateTransitGatewayRouteCommand,
  CreateTransitGatewayRouteTableCommand,
  CreateTransitGatewayVpcAttachmentCommand,
  DescribeTransitGatewayAttachmentsCommand,
  DescribeTransitGatewayRouteTablesCommand,
  DescribeTransitGatewaysCommand,
  GetTransitGatewayRouteTableAssociationsCommand,
  SearchTransitGatewayRoutesCommand,
  type Filter,
} from '@aws-sdk/client-ec2';
import type { AwsPlace } from '../model/aws.ts';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';
import { eventually } from './eventually.ts';
import { type OurTags, TAG, tagList } from './tags.ts';

/** States of what is there or on its way; what is in another one is gone, or will be. */
export const ALIVE = [
  'available',
  'pending',
  'pendingAcceptance',
  'initiating',
  'initiatingRequest',
  'modifying',
];

/** A Transit Gateway of ours with its one route table: routes are ours alone, nothing is associated or propagated by itself. */
export interface Hub {
  place: AwsPlace;
  gateway: string;
  table: string;
}

/** The Transit Gateway of an environment in a place, found or made, available when this returns. `asn` is its own, 64512–65534. */
export async function ensureHub(
  place: AwsPlace,
  asn: number,
  tags: OurTags,
  signal?: AbortSignal,
): Promise<Hub> {
  const { ec2 } = awsClients(place);
  const Filters = ofEnvironment(tags.environment);
  const gateways = async () => {
    const { TransitGateways: all = [] } = await ec2.send(new DescribeTransitGatewaysCommand({ Filters }));
    return all.find(({ State: state = '', Tags }) => ALIVE.includes(state) && isOf(tags.environment, Tags));
  };
  const there = await gateways();
  if (!there)
    await ec2.send(
      new CreateTransitGatewayCommand({
        Description: `meshproof ${tags.environment}`,
        Options: {
          AmazonSideAsn: asn,
          DefaultRouteTableAssociation: 'disable',
          DefaultRouteTablePropagation: 'disable',
          AutoAcceptSharedAttachments: 'disable',
        },
        TagSpecifications: [{ ResourceType: 'transit-gateway', Tags: tagList(tags) }],
      }),
    );
  const gateway = await eventually(
    async () => {
      const one = await gateways();
      return one?.State === 'available' ? one.TransitGatewayId : undefined;
    },
    { what: `a Transit Gateway in ${place.region}`, signal },
  );
  const tables = async () => {
    const { TransitGatewayRouteTables: all = [] } = await ec2.send(
      new DescribeTransitGatewayRouteTablesCommand({ Filters }),
    );
    return all.find(
      ({ State: state = '', TransitGatewayId: of, Tags }) =>
        ALIVE.includes(state) && of === gateway && isOf(tags.environment, Tags),
    );
  };
  if (!(await tables()))
    await ec2.send(
      new CreateTransitGatewayRouteTableCommand({
        TransitGatewayId: gateway,
        TagSpecifications: [{ ResourceType: 'transit-gateway-route-table', Tags: tagList(tags) }],
      }),
    );
  const table = await eventually(
    async () => {
      const one = await tables();
      return one?.State === 'available' ? one.TransitGatewayRouteTableId : undefined;
    },
    { what: `a route table of ${gateway}`, signal },
  );
  return { place, gateway, table };
}

/** Attaches a VPC, in one subnet of each zone, to a hub of its region. Found or made, and associated with the hub's table. */
export async function ensureAttachment(
  hub: Hub,
  { vpcId, subnetIds }: { vpcId: string; subnetIds: readonly string[] },
  tags: OurTags,
  signal?: AbortSignal,
): Promise<string> {
  const { ec2 } = awsClients(hub.place);
  const find = async () =>
    (await attachmentsOf(hub.place, tags.environment)).find(
      (one) => one.gateway === hub.gateway && one.resource === vpcId && ALIVE.includes(one.state),
    );
  if (!(await find())) {
    const { TransitGatewayVpcAttachment: made } = await ec2.send(
      new CreateTransitGatewayVpcAttachmentCommand({
        TransitGatewayId: hub.gateway,
        VpcId: vpcId,
        SubnetIds: [...subnetIds],
        TagSpecifications: [{ ResourceType: 'transit-gateway-attachment', Tags: tagList(tags) }],
      }),
    );
    // Said once more: moto 5.2.5 looks for these tags under another resource type.
    const Resources = [made?.TransitGatewayAttachmentId ?? ''];
    await ec2.send(new CreateTagsCommand({ Resources, Tags: tagList(tags) }));
  }
  const id = await available(find, `the attachment of ${vpcId} to ${hub.gateway}`, signal);
  await ensureAssociation(hub, id, signal);
  return id;
}

/** Associates an attachment with the table of a hub, and waits until it is. Idempotent. */
export async function ensureAssociation(
  { place, table }: Hub,
  attachment: string,
  signal?: AbortSignal,
): Promise<void> {
  const { ec2 } = awsClients(place);
  const state = async () => {
    const { Associations: all = [] } = await ec2.send(
      new GetTransitGatewayRouteTableAssociationsCommand({ TransitGatewayRouteTableId: table }),
    );
    return all.find(({ TransitGatewayAttachmentId: id }) => id === attachment)?.State;
  };
  if ((await state()) === undefined)
    await eventually(
      async () => {
        await ec2.send(
          new AssociateTransitGatewayRouteTableCommand({
            TransitGatewayRouteTableId: table,
            TransitGatewayAttachmentId: attachment,
          }),
        );
        return true;
      },
      {
        what: `${attachment} can be associated with ${table}`,
        on: ['IncorrectState', 'InvalidTransitGatewayAttachmentID.NotFound'],
        signal,
      },
    );
  await eventually(async () => ((await state()) === 'associated' ? true : undefined), {
    what: `${attachment} is associated with ${table}`,
    signal,
  });
}

/** A static route of a hub. One that leads to the attachment stays; one that leads elsewhere is an `environment` error. */
export async function ensureHubRoute({ place, table }: Hub, cidr: string, attachment: string): Promise<void> {
  const { ec2 } = awsClients(place);
  const { Routes: [old] = [] } = await ec2.send(
    new SearchTransitGatewayRoutesCommand({
      TransitGatewayRouteTableId: table,
      Filters: [{ Name: 'route-search.exact-match', Values: [cidr] }],
    }),
  );
  const leadsTo = (old?.TransitGatewayAttachments ?? []).flatMap(
    (one) => one.TransitGatewayAttachmentId ?? [],
  );
  // A route without a word on where it leads is taken for ours: the table is (moto 5.2.5 tells none, AWS does).
  if (old?.State === 'active' && (leadsTo.length === 0 || leadsTo.includes(attachment))) return;
  if (old)
    throw new MeshproofError(
      'environment',
      `${table} has a route to ${cidr} already, elsewhere or to nobody`,
      {
        nextStep: 'meshproof env down removes the links; env up makes them again',
      },
    );
  await ec2.send(
    new CreateTransitGatewayRouteCommand({
      TransitGatewayRouteTableId: table,
      DestinationCidrBlock: cidr,
      TransitGatewayAttachmentId: attachment,
    }),
  );
}

/** An attachment of ours, as its own place tells. */
export interface OurAttachment {
  id: string;
  kind: string;
  state: string;
  gateway: string;
  /** The VPC or the other gateway. */
  resource: string;
}

/** Attachments of an environment that this place has or had, by their tag. */
export async function attachmentsOf(place: AwsPlace, environment: string): Promise<OurAttachment[]> {
  const { TransitGatewayAttachments: all = [] } = await awsClients(place).ec2.send(
    new DescribeTransitGatewayAttachmentsCommand({ Filters: ofEnvironment(environment) }),
  );
  return all
    .filter(({ Tags }) => isOf(environment, Tags))
    .map((one) => ({
      id: one.TransitGatewayAttachmentId ?? '',
      kind: one.ResourceType ?? '',
      state: one.State ?? '',
      gateway: one.TransitGatewayId ?? '',
      resource: one.ResourceId ?? '',
    }));
}

async function available(
  find: () => Promise<OurAttachment | undefined>,
  what: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  return eventually(
    async () => {
      const one = await find();
      return one?.state === 'available' ? one.id : undefined;
    },
    { what, signal },
  );
}

/** Asked of what is told as well: not every server of the API filters all of its lists. */
function isOf(
  environment: string,
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
) {
  return tags.some(({ Key, Value }) => Key === TAG.environment && Value === environment);
}

/** Filters of EC2 for what carries the tag of an environment. */
export function ofEnvironment(environment: string): Filter[] {
  return [{ Name: `tag:${TAG.environment}`, Values: [environment] }];
}
