import {
  AcceptTransitGatewayPeeringAttachmentCommand,
  CreateTagsCommand,
  CreateTransitGatewayPeeringAttachmentCommand,
  DescribeTransitGatewayPeeringAttachmentsCommand,
} from '@aws-sdk/client-ec2';
import type { AwsPlace } from '../model/aws.ts';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';
import { eventually } from './eventually.ts';
import { type OurTags, tagList } from './tags.ts';
import { ALIVE, ensureAssociation, type Hub } from './transit.ts';

/**
 * Peers two hubs: found or made, accepted by the other side with its own clients, associated with the tables of both, tagged on
 * both sides; available when this returns.
 */
export async function ensureHubPeering(
  from: Hub,
  to: Hub,
  tags: OurTags,
  signal?: AbortSignal,
): Promise<string> {
  const far = awsClients(to.place);
  const id = (await findPeering(from, to))?.id ?? (await request(from, to, tags));
  await eventually(
    async () => {
      const [near, there] = [await stateOf(from.place, id), await stateOf(to.place, id)];
      if (near === 'available' && there === 'available') return true;
      if (there === 'pendingAcceptance')
        await far.ec2.send(
          new AcceptTransitGatewayPeeringAttachmentCommand({ TransitGatewayAttachmentId: id }),
        );
      return undefined;
    },
    {
      what: `the peering of ${from.gateway} and ${to.gateway}`,
      on: ['InvalidTransitGatewayAttachmentID.NotFound', 'IncorrectState'],
      signal,
    },
  );
  // Each side of it has tags of its own.
  await far.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) }));
  await ensureAssociation(from, id, signal);
  await ensureAssociation(to, id, signal);
  return id;
}

async function findPeering(from: Hub, to: Hub): Promise<{ id: string } | undefined> {
  const { TransitGatewayPeeringAttachments: all = [] } = await awsClients(from.place).ec2.send(
    new DescribeTransitGatewayPeeringAttachmentsCommand({
      Filters: [{ Name: 'transit-gateway-id', Values: [from.gateway] }],
    }),
  );
  const found = all.find(
    ({ RequesterTgwInfo: one, AccepterTgwInfo: other, State: state = '' }) =>
      one?.TransitGatewayId === from.gateway &&
      other?.TransitGatewayId === to.gateway &&
      ALIVE.includes(state),
  );
  return found && { id: found.TransitGatewayAttachmentId ?? '' };
}

async function stateOf(place: AwsPlace, id: string): Promise<string | undefined> {
  const { TransitGatewayPeeringAttachments: [one] = [] } = await awsClients(place).ec2.send(
    new DescribeTransitGatewayPeeringAttachmentsCommand({ TransitGatewayAttachmentIds: [id] }),
  );
  return one?.State;
}

async function request(from: Hub, to: Hub, tags: OurTags): Promise<string> {
  const { account } = await awsClients(to.place).identity();
  const { TransitGatewayPeeringAttachment: made } = await awsClients(from.place).ec2.send(
    new CreateTransitGatewayPeeringAttachmentCommand({
      TransitGatewayId: from.gateway,
      PeerTransitGatewayId: to.gateway,
      PeerAccountId: account,
      PeerRegion: to.place.region,
      TagSpecifications: [{ ResourceType: 'transit-gateway-attachment', Tags: tagList(tags) }],
    }),
  );
  const id = made?.TransitGatewayAttachmentId;
  if (id === undefined)
    throw new MeshproofError('environment', 'EC2 made a peering attachment without an id');
  return id;
}
