import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateExperimentTemplateCommand, FisClient, StartExperimentCommand } from '@aws-sdk/client-fis';
import { findStack } from '../../lib/aws/stacks.ts';
import { tagList } from '../../lib/aws/tags.ts';
import { ensureZone } from '../../lib/aws/zones.ts';
import { nameGateways } from '../../lib/environment/eks/links/dns.ts';
import { clusterStacks, networkOf, stackTags } from '../../lib/environment/eks/template/index.ts';
import type { Environment } from '../../lib/model/environment.ts';
import { balance } from './balancers.ts';

/** The zone of the gateways' names. */
export const ZONE = { zone: 'mesh.example.internal', routing: 'failover', ttl: '30s' } as const;

/** Terminates all instances, as nobody of ours would. */
export async function powerOff(regions: readonly string[]): Promise<void> {
  for (const region of regions) {
    const ec2 = new EC2Client({ region });
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const InstanceIds = Reservations.flatMap(({ Instances = [] }) =>
      Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
    );
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  }
}

/** What an environment left that is gone, and past its time: a log group, an experiment with its template, a load balancer with its group. */
export async function leaveExpired(): Promise<void> {
  const old = tagList({ environment: 'gone', owner: 'someone', expires: '2026-01-01T00:00:00.000Z' });
  const tags = Object.fromEntries(old.map(({ Key, Value }) => [Key, Value]));
  await new CloudWatchLogsClient({ region: 'us-east-1' }).send(
    new CreateLogGroupCommand({ logGroupName: '/aws/eks/gone/cluster', tags }),
  );
  await leaveExperiment(tags);
  await balance('us-east-1', 'gone', old);
}

/** An experiment of AWS FIS that runs, of whoever these tags name. */
async function leaveExperiment(tags: Record<string, string>): Promise<void> {
  const fis = new FisClient({ region: 'us-east-1' });
  const { experimentTemplate } = await fis.send(
    new CreateExperimentTemplateCommand({
      clientToken: 'left',
      description: 'left',
      actions: {},
      stopConditions: [{ source: 'none' }],
      roleArn: 'arn:aws:iam::111122223333:role/meshproof-gone-east-fis',
      tags,
    }),
  );
  await fis.send(
    new StartExperimentCommand({ clientToken: 'left', experimentTemplateId: experimentTemplate?.id, tags }),
  );
}

/** Names for gateways as load balancers would have them: moto has no cluster that could ask for one. */
export async function nameAll(environment: Environment): Promise<void> {
  const networks = await Promise.all(
    clusterStacks(environment).map(async (stack) => {
      const outputs = (await findStack(stack.place, stack.name))?.outputs ?? {};
      return networkOf(stack, '10.0.0.0/16', outputs);
    }),
  );
  const published = { east: ['e.elb.us-east-1.amazonaws.com'], west: ['w.elb.us-east-2.amazonaws.com'] };
  const dns = { zone: ZONE.zone, routing: ZONE.routing, ttlMs: 30_000 };
  const tags = stackTags(environment, new Date(Date.now() + 3_600_000));
  await nameGateways(dns, networks, published, { tags, port: 15_443 });
  const [first, second] = networks;
  if (!first || !second) throw new Error('two networks');
  const account = {
    ...second.place.account,
    name: 'other',
    role: 'arn:aws:iam::444455556666:role/meshproof',
  };
  await ensureZone(
    'far.example.internal',
    [first, { place: { ...second.place, account }, vpcId: 'vpc-0123456789abcdef0' }],
    tags,
  );
}
