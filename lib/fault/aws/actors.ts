import { partitionOf } from '../../aws/arn.ts';
import { awsClients } from '../../aws/clients.ts';
import { deadManName, fisRoleName } from '../../aws/dead-man-role.ts';
import type { AwsDeadMan } from '../../model/aws-fault.ts';
import type { Lab } from '../../model/lab.ts';
import { eksOf, placeOf } from './ground.ts';

/** The roles that the dead-men of these clusters act as, and their queues: those that the file names, or those of the stacks. */
export async function actorsOf(lab: Lab, clusters: readonly string[]): Promise<AwsDeadMan['actors']> {
  const found = clusters.map(async (cluster) => {
    const named = eksOf(lab).clusters[cluster]?.deadMan;
    if (named) return [cluster, named] as const;
    const place = placeOf(lab, cluster);
    const { account, arn } = await awsClients(place).identity();
    const partition = partitionOf(arn);
    const name = deadManName(lab.environment.name, cluster);
    return [
      cluster,
      {
        role: `arn:${partition}:iam::${account}:role/${name}`,
        queue: `arn:${partition}:sqs:${place.region}:${account}:${name}`,
      },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** The role that AWS FIS acts as in a cluster, that of the file or of the stack; and the ARN of an instance there. */
export async function fisActor(
  lab: Lab,
  cluster: string,
  instance: string,
): Promise<{ role: string; instance: string }> {
  const place = placeOf(lab, cluster);
  const { account, arn } = await awsClients(place).identity();
  const partition = partitionOf(arn);
  const role = `arn:${partition}:iam::${account}:role/${fisRoleName(lab.environment.name, cluster)}`;
  return {
    role: eksOf(lab).clusters[cluster]?.fis?.role ?? role,
    instance: `arn:${partition}:ec2:${place.region}:${account}:instance/${instance}`,
  };
}
