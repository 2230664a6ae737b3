import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import {
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancersCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsPlace } from '../model/aws.ts';
import { partitionOf } from './arn.ts';
import { awsClients } from './clients.ts';
import { eventually, type Patience, unless } from './eventually.ts';

type Waiting = Pick<Patience, 'signal' | 'limitMs' | 'firstMs'>;

/**
 * Deletes a load balancer with its listeners, and returns when it and its network interfaces are gone: until then their subnets and VPC cannot
 * go. `id` is the end of its ARN, as `net/NAME/…`. One that is gone is no error.
 */
export async function deleteLoadBalancer(place: AwsPlace, id: string, patience: Waiting): Promise<void> {
  const { ec2, balancing } = awsClients(place);
  const LoadBalancerArn = await arnOf(place, `loadbalancer/${id}`);
  await balancing.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
  const isThere = async () => {
    const found = await unless(
      ['LoadBalancerNotFoundException'],
      balancing.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] })),
    );
    if ((found?.LoadBalancers ?? []).length > 0) return true;
    // AWS names the owner of these interfaces nowhere else.
    const Filters = [{ Name: 'description', Values: [`ELB ${id}`] }];
    const { NetworkInterfaces = [] } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    return NetworkInterfaces.length > 0;
  };
  await eventually(async () => ((await isThere()) ? undefined : true), {
    what: `the load balancer ${id} is gone`,
    ...patience,
  });
}

/** Deletes a target group, once no listener sends to it any more. `id` is the end of its ARN. One that is gone is no error. */
export async function deleteTargetGroup(place: AwsPlace, id: string, patience: Waiting): Promise<void> {
  const TargetGroupArn = await arnOf(place, `targetgroup/${id}`);
  const command = new DeleteTargetGroupCommand({ TargetGroupArn });
  await eventually(
    async () => {
      await unless(['TargetGroupNotFoundException'], awsClients(place).balancing.send(command));
      return true;
    },
    { what: `the target group ${id} is gone`, on: ['ResourceInUseException'], ...patience },
  );
}

async function arnOf(place: AwsPlace, what: string): Promise<string> {
  const { account, arn } = await awsClients(place).identity();
  return `arn:${partitionOf(arn)}:elasticloadbalancing:${place.region}:${account}:${what}`;
}
