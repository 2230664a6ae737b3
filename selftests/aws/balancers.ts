import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsTag } from '../../lib/aws/tags.ts';

/** A network load balancer with a listener and a target group, as a cluster has the cloud make it. */
export async function balance(region: string, Name: string, tags: readonly AwsTag[]): Promise<void> {
  const elb = new ElasticLoadBalancingV2Client({ region });
  const { Subnets = [] } = await new EC2Client({ region }).send(new DescribeSubnetsCommand({}));
  const subnet = Subnets[0];
  const Tags = tags.length > 0 ? [...tags] : undefined;
  const { LoadBalancers = [] } = await elb.send(
    new CreateLoadBalancerCommand({ Name, Type: 'network', Subnets: [subnet?.SubnetId ?? ''], Tags }),
  );
  const { TargetGroups = [] } = await elb.send(
    new CreateTargetGroupCommand({ Name, Protocol: 'TCP', Port: 31_443, VpcId: subnet?.VpcId, Tags }),
  );
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
      Protocol: 'TCP',
      Port: 15_443,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: TargetGroups[0]?.TargetGroupArn }],
    }),
  );
}
