import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import type { AwsAccount } from '../model/aws.ts';
import { awsClients } from './clients.ts';

/** Names of the regions that an account has enabled, asked for in one that every account has. */
export async function enabledRegions(account: AwsAccount): Promise<string[]> {
  const { ec2 } = awsClients({ account, region: process.env['AWS_REGION'] ?? 'us-east-1' });
  const { Regions: all = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: false }));
  return all.flatMap(({ RegionName: name }) => name ?? []).sort();
}
