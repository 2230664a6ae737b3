import { DescribeAvailabilityZonesCommand, DescribeInstanceTypesCommand } from '@aws-sdk/client-ec2';
import { paginateDescribeAddonVersions } from '@aws-sdk/client-eks';
import type { AwsPlace } from '../model/aws.ts';
import { awsClients } from './clients.ts';

/** Names of the zones of a region that this account may use. */
export async function zonesOf(place: AwsPlace): Promise<string[]> {
  const { AvailabilityZones = [] } = await awsClients(place).ec2.send(
    new DescribeAvailabilityZonesCommand({}),
  );
  return AvailabilityZones.flatMap(({ ZoneName, State }) =>
    ZoneName !== undefined && State === 'available' ? [ZoneName] : [],
  );
}

/** Virtual processors of an instance type; quotas count them. */
export async function vcpusOf(place: AwsPlace, instanceType: string): Promise<number> {
  const { InstanceTypes: [found] = [] } = await awsClients(place).ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: [instanceType as never] }),
  );
  return found?.VCpuInfo?.DefaultVCpus ?? 0;
}

/** Versions of each add-on that EKS has for a version of Kubernetes, newest first. */
export async function addonVersions(
  place: AwsPlace,
  kubernetesVersion: string,
): Promise<Record<string, string[]>> {
  const client = awsClients(place).eks;
  const found: Record<string, string[]> = {};
  for await (const { addons = [] } of paginateDescribeAddonVersions({ client }, { kubernetesVersion }))
    for (const { addonName = '', addonVersions: versions = [] } of addons)
      found[addonName] = versions.flatMap(({ addonVersion }) => addonVersion ?? []);
  return found;
}
