import { meshDriver } from '../../mesh/registry.ts';
import type { AwsCheck } from '../../model/aws-check.ts';
import type { Lab } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { type AwsReport, checkAws } from './check.ts';
import { isEks } from './eks-environment.ts';

/** As {@link checkAws}, for a lab that is up: its clusters say where their gateways are. */
export async function checkLab(lab: Lab, checks: readonly AwsCheck[]): Promise<AwsReport> {
  const { environment, clusters } = lab;
  if (!isEks(environment))
    throw new MeshproofError('not-applicable', `the clusters of ${environment.name} are not on AWS`);
  const driver = meshDriver(environment);
  const gateways = checks.includes('dns')
    ? await Promise.all(
        clusters.map(async (cluster) => ({ cluster: cluster.name, names: await driver.gateways(cluster) })),
      )
    : undefined;
  return checkAws(environment, checks, gateways);
}
