import {
  DescribeInstancesCommand,
  DescribeNatGatewaysCommand,
  DescribeVpcEndpointsCommand,
} from '@aws-sdk/client-ec2';
import { paginateGetResources } from '@aws-sdk/client-resource-groups-tagging-api';
import type { AwsPlace } from '../model/aws.ts';
import { awsClients } from './clients.ts';
import { experimentsOf, isActive } from './experiments.ts';
import { TAG } from './tags.ts';

/** A resource that carries a tag. */
export interface TaggedResource {
  arn: string;
  tags: Record<string, string>;
}

/** Resources of a place that carry our tags. IAM roles are not among them: AWS lists none. */
export async function taggedResources(place: AwsPlace): Promise<TaggedResource[]> {
  const found: TaggedResource[] = [];
  const client = awsClients(place).tagging;
  for await (const page of paginateGetResources({ client }, { TagFilters: [{ Key: TAG.environment }] }))
    for (const { ResourceARN: arn = '', Tags = [] } of page.ResourceTagMappingList ?? [])
      found.push({ arn, tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])) });
  return found;
}

/** States of what is gone, and shown for an hour or so with its tags. */
const GONE = ['terminated', 'shutting-down', 'deleted', 'failed'];

/** Tells of some resources of one kind which of them still exist. */
type Living = (
  place: AwsPlace,
  ids: string[],
) => Promise<{ id: string | undefined; state: string | undefined }[]>;

/** Kinds that stay listed for a while after their end. */
const LINGERING: Record<string, Living> = {
  instance: async (place, ids) => {
    const { Reservations = [] } = await awsClients(place).ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: ids }] }),
    );
    return Reservations.flatMap(({ Instances = [] }) =>
      Instances.map(({ InstanceId: id, State }) => ({ id, state: State?.Name })),
    );
  },
  experiment: async (place) =>
    (await experimentsOf(place)).filter(isActive).map(({ id, status: state }) => ({ id, state })),
  natgateway: async (place, ids) => {
    const { NatGateways = [] } = await awsClients(place).ec2.send(
      new DescribeNatGatewaysCommand({ Filter: [{ Name: 'nat-gateway-id', Values: ids }] }),
    );
    return NatGateways.map(({ NatGatewayId: id, State: state }) => ({ id, state }));
  },
  'vpc-endpoint': async (place, ids) => {
    const { VpcEndpoints = [] } = await awsClients(place).ec2.send(
      new DescribeVpcEndpointsCommand({ Filters: [{ Name: 'vpc-endpoint-id', Values: ids }] }),
    );
    return VpcEndpoints.map(({ VpcEndpointId: id, State }) => ({ id, state: State?.toLowerCase() }));
  },
};

/** Those of these resources that exist: what is listed for a while after its end is not among them. */
export async function stillThere(
  place: AwsPlace,
  resources: readonly TaggedResource[],
): Promise<TaggedResource[]> {
  const byKind = Map.groupBy(resources, ({ arn }) => partsOf(arn).kind);
  const living = await Promise.all(
    [...byKind].map(async ([kind, some]) => {
      const look = LINGERING[kind];
      if (!look) return some;
      const states = await look(
        place,
        some.map(({ arn }) => partsOf(arn).id),
      );
      const there = new Set(states.filter(({ state = '' }) => !GONE.includes(state)).map(({ id }) => id));
      return some.filter(({ arn }) => there.has(partsOf(arn).id));
    }),
  );
  return living.flat();
}

/** `instance` and `i-1` of `arn:aws:ec2:us-east-1:111122223333:instance/i-1`. */
function partsOf(arn: string): { kind: string; id: string } {
  const [kind = '', ...rest] = (arn.split(':')[5] ?? '').split('/');
  return { kind, id: rest.join('/') };
}
