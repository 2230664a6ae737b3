import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  paginateDescribeInstances,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import { paginateListClusters } from '@aws-sdk/client-eks';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { AwsPlace } from '../model/aws.ts';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';

/** Quotas that environments meet: service and code as Service Quotas names them, and how what is used is counted. */
export const QUOTAS = {
  vpcs: { service: 'vpc', code: 'L-F678F1CE', words: 'VPCs' },
  internetGateways: { service: 'vpc', code: 'L-A4707A72', words: 'internet gateways' },
  addresses: { service: 'ec2', code: 'L-0263D0A3', words: 'elastic addresses' },
  vcpus: { service: 'ec2', code: 'L-1216C47A', words: 'vCPUs of standard instances on demand' },
  clusters: { service: 'eks', code: 'L-1194D53C', words: 'EKS clusters' },
} as const;

export type QuotaName = keyof typeof QUOTAS;

/** A quota of a region: undefined where AWS does not tell. */
export interface QuotaState {
  limit: number | undefined;
  used: number | undefined;
}

/** Limit and use of a quota. What cannot be asked is undefined, and no error; sign-in and deny lists are. */
export async function quotaState(place: AwsPlace, name: QuotaName): Promise<QuotaState> {
  const { service, code } = QUOTAS[name];
  const { quotas } = awsClients(place);
  const limit = await unknownOnError(async () => {
    const { Quota } = await quotas.send(
      new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }),
    );
    return Quota?.Value;
  });
  return { limit, used: await unknownOnError(() => USED[name](place)) };
}

async function unknownOnError(ask: () => Promise<number | undefined>): Promise<number | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MeshproofError) throw error;
    return undefined;
  }
}

const USED: Record<QuotaName, (place: AwsPlace) => Promise<number>> = {
  vpcs: async (place) => {
    let count = 0;
    for await (const { Vpcs = [] } of paginateDescribeVpcs({ client: awsClients(place).ec2 }, {}))
      count += Vpcs.length;
    return count;
  },
  internetGateways: async (place) => {
    const { InternetGateways = [] } = await awsClients(place).ec2.send(
      new DescribeInternetGatewaysCommand({}),
    );
    return InternetGateways.length;
  },
  addresses: async (place) => {
    const { Addresses = [] } = await awsClients(place).ec2.send(new DescribeAddressesCommand({}));
    return Addresses.length;
  },
  // More than the quota counts, when instances of other classes run: it may say too little is left, never too much.
  vcpus: async (place) => {
    let count = 0;
    const running = { Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] };
    for await (const { Reservations = [] } of paginateDescribeInstances(
      { client: awsClients(place).ec2 },
      running,
    ))
      for (const { Instances = [] } of Reservations)
        for (const { CpuOptions } of Instances)
          count += (CpuOptions?.CoreCount ?? 1) * (CpuOptions?.ThreadsPerCore ?? 1);
    return count;
  },
  clusters: async (place) => {
    let count = 0;
    for await (const { clusters = [] } of paginateListClusters({ client: awsClients(place).eks }, {}))
      count += clusters.length;
    return count;
  },
};
