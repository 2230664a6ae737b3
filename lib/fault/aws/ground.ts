import { findVpc } from '../../aws/fault-ground.ts';
import { accountOfCluster, type AwsPlace, type EksSettings } from '../../model/aws.ts';
import type { Lab } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { clusterOf } from '../targets.ts';

/** A cluster's network, as it is now. */
export interface Ground {
  cluster: string;
  place: AwsPlace;
  vpc: string;
  cidrs: string[];
}

/** Settings of an environment on EKS. */
export function eksOf({ environment }: Pick<Lab, 'environment'>): EksSettings {
  const { provider } = environment;
  if (provider.kind === 'eks') return provider;
  throw new MeshproofError('bug', `${environment.name} is on ${provider.kind}`);
}

/** Account and region of a cluster. */
export function placeOf(lab: Lab, cluster: string): AwsPlace {
  return { account: accountOfCluster(eksOf(lab), cluster), region: clusterOf(lab, cluster).region };
}

/**
 * The VPC that the environment made for a cluster; nothing else is ever touched. An `environment` error when there is none
 * with its tags: then it is somebody else's.
 */
export async function groundOf(lab: Lab, cluster: string): Promise<Ground> {
  const place = placeOf(lab, cluster);
  const cidr = eksOf(lab).clusters[cluster]?.vpcCidr ?? '';
  const environment = lab.environment.name;
  const vpc = await findVpc(place, { environment, cidr });
  if (vpc) return { cluster, place, vpc: vpc.id, cidrs: vpc.cidrs };
  throw new MeshproofError('environment', `${cluster}: no VPC ${cidr} of ${environment} in ${place.region}`, {
    nextStep: `meshproof env up ${environment}; a VPC without Meshproof's tags is never touched`,
  });
}
