import {
  AcceptVpcPeeringConnectionCommand,
  CreateTagsCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeVpcPeeringConnectionsCommand,
} from '@aws-sdk/client-ec2';
import type { AwsPlace } from '../model/aws.ts';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';
import { eventually, unless } from './eventually.ts';
import { type OurTags, ourTags, TAG, tagList } from './tags.ts';

/** A VPC, and where it is. */
export interface VpcEnd {
  place: AwsPlace;
  vpcId: string;
}

/** Peerings in these states are on their way or there; the others are remains that AWS shows for a while. */
const ALIVE = ['initiating-request', 'pending-acceptance', 'provisioning', 'active'];
const NOT_FOUND = 'InvalidVpcPeeringConnectionID.NotFound';

/**
 * A peering of ours between two VPCs, of one region or two, one account or two: found or made, accepted by the other side with its
 * own clients, tagged on both sides, active when this returns. Goes on where an interrupted call stopped.
 */
export async function ensurePeering(
  from: VpcEnd,
  to: VpcEnd,
  tags: OurTags,
  signal?: AbortSignal,
): Promise<string> {
  const { ec2 } = awsClients(from.place);
  const far = awsClients(to.place);
  const found = (await ourPeerings(from.place, tags.environment)).find(
    (one) => one.requester === from.vpcId && one.accepter === to.vpcId,
  );
  const id = found?.id ?? (await requestPeering(from, to, tags));
  const [source, target] = [from.place.account.name, to.place.account.name];
  const twoPlaces = from.place.region !== to.place.region || source !== target;
  if (found?.status !== 'active') {
    await eventually(
      async () => {
        const status = await statusOf(far.ec2, id);
        if (status === 'active') return true;
        if (status !== 'pending-acceptance') return refuseDead(id, status);
        await far.ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }));
        return undefined;
      },
      { what: `the peering ${id} is accepted in ${to.place.region}`, on: [NOT_FOUND], signal },
    );
    await eventually(async () => ((await statusOf(ec2, id)) === 'active' ? true : undefined), {
      what: `the peering ${id} is active in ${from.place.region}`,
      on: [NOT_FOUND],
      signal,
    });
  }
  // Each side of a peering has tags of its own.
  if (twoPlaces) await far.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) }));
  return id;
}

async function requestPeering(from: VpcEnd, to: VpcEnd, tags: OurTags): Promise<string> {
  const { ec2 } = awsClients(from.place);
  const { account } = await awsClients(to.place).identity();
  const { VpcPeeringConnection: made } = await ec2.send(
    new CreateVpcPeeringConnectionCommand({
      VpcId: from.vpcId,
      PeerVpcId: to.vpcId,
      PeerRegion: to.place.region,
      PeerOwnerId: account,
      TagSpecifications: [{ ResourceType: 'vpc-peering-connection', Tags: tagList(tags) }],
    }),
  );
  const id = made?.VpcPeeringConnectionId;
  if (id === undefined) throw new MeshproofError('environment', 'EC2 made a peering without an id');
  return id;
}

async function statusOf(ec2: ReturnType<typeof awsClients>['ec2'], id: string): Promise<string | undefined> {
  const { VpcPeeringConnections: [one] = [] } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [id] }),
  );
  return one?.Status?.Code;
}

function refuseDead(id: string, status: string | undefined): undefined {
  if (status === undefined || ALIVE.includes(status)) return undefined;
  throw new MeshproofError('environment', `the peering ${id} is ${status}, and will never be active`, {
    nextStep: 'meshproof env up makes another; ranges that overlap are the usual cause',
  });
}

interface OurPeering {
  id: string;
  status: string;
  requester: string;
  accepter: string;
}

/** Peerings of an environment that are there or on their way, as this side of them tells. */
export async function ourPeerings(place: AwsPlace, environment: string): Promise<OurPeering[]> {
  const { VpcPeeringConnections: all = [] } = await awsClients(place).ec2.send(
    new DescribeVpcPeeringConnectionsCommand({
      Filters: [
        { Name: `tag:${TAG.environment}`, Values: [environment] },
        { Name: 'status-code', Values: ALIVE },
      ],
    }),
  );
  return all
    .filter(
      ({ Tags, Status }) => ourTags(Tags)?.environment === environment && ALIVE.includes(Status?.Code ?? ''),
    )
    .map((one) => ({
      id: one.VpcPeeringConnectionId ?? '',
      status: one.Status?.Code ?? '',
      requester: one.RequesterVpcInfo?.VpcId ?? '',
      accepter: one.AccepterVpcInfo?.VpcId ?? '',
    }));
}

/** Removes a peering. Idempotent. */
export async function deletePeering(place: AwsPlace, id: string): Promise<void> {
  const { ec2 } = awsClients(place);
  const command = new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id });
  await unless([NOT_FOUND, 'InvalidStateTransition'], ec2.send(command));
}
