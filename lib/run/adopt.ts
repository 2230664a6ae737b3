import type { Provided } from '../environment/provider.ts';
import type { MeshDriver } from '../mesh/driver.ts';
import type { LabCluster } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';

/**
 * Finds the mesh of clusters that exist already, and installs nothing. An `environment` error says which cluster has none, or
 * what is wrong with it: what is red before the first test would make every verdict worthless.
 */
export async function adoptMesh(
  driver: MeshDriver,
  { clusters, tool }: Pick<Provided, 'clusters' | 'tool'>,
): Promise<{ clusters: LabCluster[]; version: string }> {
  const versions = await Promise.all(clusters.map((cluster) => driver.detect(cluster)));
  const without = clusters.flatMap(({ name }, index) => (versions[index] === undefined ? name : []));
  if (without.length > 0)
    throw new MeshproofError('environment', `no ${driver.name} in ${without.join(', ')}`, {
      nextStep: 'clusters of the provider kubeconfig bring their mesh along: install it, or name others',
    });
  const adopted = await withGateways(driver, clusters);
  const states = await Promise.all(
    adopted.map((cluster) => driver.status(cluster, { clusters: adopted, tool })),
  );
  const problems = states.flatMap((state) => state.problems.map((problem) => `${state.cluster}: ${problem}`));
  if (problems.length > 0)
    throw new MeshproofError('environment', `the mesh is not ready: ${problems.join('; ')}`, {
      nextStep: 'mend it, or wait until it is ready; nothing was changed',
    });
  return { clusters: adopted, version: [...new Set(versions)].join(', ') };
}

/** The clusters, each with the addresses or host names by which the others reach its gateways. */
export function withGateways(driver: MeshDriver, clusters: readonly LabCluster[]): Promise<LabCluster[]> {
  return Promise.all(
    clusters.map(async (cluster) => ({ ...cluster, gateways: await driver.gateways(cluster) })),
  );
}
