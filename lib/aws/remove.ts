import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteTransitGatewayCommand,
  DeleteTransitGatewayPeeringAttachmentCommand,
  DeleteTransitGatewayRouteTableCommand,
  DeleteTransitGatewayVpcAttachmentCommand,
  DescribeTransitGatewayAttachmentsCommand,
  DescribeTransitGatewayRouteTablesCommand,
  DescribeTransitGatewaysCommand,
} from '@aws-sdk/client-ec2';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';
import { awsErrorName } from './errors.ts';
import { eventually, type Patience, unless } from './eventually.ts';
import { deleteTemplate, endExperiment } from './experiments.ts';
import { deleteLoadBalancer, deleteTargetGroup } from './load-balancers.ts';
import { deletePeering } from './peerings.ts';
import { type AwsResource, HUB_PEERING, VPC_ATTACHMENT } from './residue.ts';
import { deleteRoutesThrough } from './routes.ts';
import { deleteHealthCheck, deleteZone } from './zones.ts';

type Remover = (
  resource: AwsResource,
  patience: Pick<Patience, 'signal' | 'limitMs' | 'firstMs'>,
) => Promise<void>;

/** What AWS answers while something else still holds on to what is to go. */
const HELD = [
  'DependencyViolation',
  'IncorrectState',
  'InvalidTransitGatewayState',
  'OperationAbortedException',
];
const GONE = ['deleted', 'deleting'];

/**
 * How each kind is removed, in the order in which that is possible: experiments before their templates, load balancers before their
 * target groups, names before the health checks that they use, routes and peerings, attachments before the tables and gateways that
 * they hold. Each returns when its resource is gone. Stacks, whose VPCs all of these hold, come after them.
 */
const REMOVERS: Record<string, Remover> = {
  'fis:experiment': ({ place, id }, patience) => endExperiment(place, id, patience),
  'fis:experiment-template': ({ place, id }) => deleteTemplate(place, id),
  'elasticloadbalancing:loadbalancer': ({ place, id }, patience) => deleteLoadBalancer(place, id, patience),
  'elasticloadbalancing:targetgroup': ({ place, id }, patience) => deleteTargetGroup(place, id, patience),
  'route53:hostedzone': ({ place, id }) => deleteZone(place, id),
  'route53:healthcheck': ({ place, id }) => deleteHealthCheck(place, id),
  'ec2:vpc-peering-connection': async ({ place, id }) => {
    await deleteRoutesThrough(place, [id]);
    await deletePeering(place, id);
  },
  [HUB_PEERING]: async ({ place, id }, patience) => {
    const input = { TransitGatewayAttachmentId: id };
    await away(
      `the attachment ${id}`,
      () => awsClients(place).ec2.send(new DeleteTransitGatewayPeeringAttachmentCommand(input)),
      () => attachmentState(place, id),
      patience,
    );
  },
  [VPC_ATTACHMENT]: async ({ place, id }, patience) => {
    const input = { TransitGatewayAttachmentId: id };
    await away(
      `the attachment ${id}`,
      () => awsClients(place).ec2.send(new DeleteTransitGatewayVpcAttachmentCommand(input)),
      () => attachmentState(place, id),
      patience,
    );
  },
  'ec2:transit-gateway-route-table': async ({ place, id }, patience) => {
    const { ec2 } = awsClients(place);
    await away(
      `the route table ${id}`,
      () => ec2.send(new DeleteTransitGatewayRouteTableCommand({ TransitGatewayRouteTableId: id })),
      async () => {
        const { TransitGatewayRouteTables: [one] = [] } = await ec2.send(
          new DescribeTransitGatewayRouteTablesCommand({ TransitGatewayRouteTableIds: [id] }),
        );
        return one?.State;
      },
      patience,
    );
  },
  'ec2:transit-gateway': async ({ place, id }, patience) => {
    const { ec2 } = awsClients(place);
    await deleteRoutesThrough(place, [id]);
    await away(
      `the Transit Gateway ${id}`,
      () => ec2.send(new DeleteTransitGatewayCommand({ TransitGatewayId: id })),
      async () => {
        const { TransitGateways: [one] = [] } = await ec2.send(
          new DescribeTransitGatewaysCommand({ TransitGatewayIds: [id] }),
        );
        return one?.State;
      },
      patience,
    );
  },
  'logs:log-group': async ({ place, id }) => {
    const command = new DeleteLogGroupCommand({ logGroupName: id.replace(/:\*$/, '') });
    await unless(['ResourceNotFoundException'], awsClients(place).logs.send(command));
  },
};

/** Kinds that can be removed, in the order in which they must go. */
export const REMOVAL_ORDER: readonly string[] = Object.keys(REMOVERS);

/** The kinds that links and the names of gateways are made of. */
export const LINK_KINDS: readonly string[] = REMOVAL_ORDER.filter((kind) => /^(ec2|route53):/.test(kind));

/**
 * Removes a resource, and returns when it is gone. What others hold, or what AWS has not seen gone yet, is asked for again until the limit;
 * an `environment` error then. Idempotent.
 */
export async function removeResource(
  resource: AwsResource,
  patience: Pick<Patience, 'signal' | 'limitMs' | 'firstMs'> = {},
): Promise<void> {
  const remove = REMOVERS[resource.kind];
  if (!remove) throw new MeshproofError('bug', `nothing here removes a ${resource.kind}`);
  await remove(resource, patience);
}

/** Asks for a removal, and looks until it is done. */
async function away(
  what: string,
  remove: () => Promise<unknown>,
  state: () => Promise<string | undefined>,
  patience: Pick<Patience, 'signal' | 'limitMs' | 'firstMs'>,
): Promise<void> {
  await eventually(
    async () => {
      const now = await known(state);
      if (now === undefined || now === 'deleted') return true;
      if (!GONE.includes(now)) await known(remove);
      const after = await known(state);
      return after === undefined || after === 'deleted' ? true : undefined;
    },
    { what: `${what} is gone`, on: HELD, ...patience },
  );
}

async function known<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (awsErrorName(error).endsWith('NotFound')) return undefined;
    throw error;
  }
}

async function attachmentState(place: AwsResource['place'], id: string): Promise<string | undefined> {
  const { TransitGatewayAttachments: [one] = [] } = await awsClients(place).ec2.send(
    new DescribeTransitGatewayAttachmentsCommand({ TransitGatewayAttachmentIds: [id] }),
  );
  return one?.State;
}
