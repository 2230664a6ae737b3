import { cidrsOverlap } from '../environment/cidr.ts';
import type { ClusterSpec } from '../model/environment.ts';
import type { LabCluster } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';

/** Name of the cluster that joins a mesh and leaves it again. */
export const GUEST = 'guest';

/**
 * The smallest cluster that can join: one node, which takes workloads too, on a network of its own, with ranges that no
 * other cluster has. `not-applicable` when the environment uses the name, or has no ranges left.
 */
export function guestSpec(
  clusters: readonly Pick<LabCluster, 'name' | 'podCidr' | 'serviceCidr'>[],
): ClusterSpec {
  if (clusters.some(({ name }) => name === GUEST)) {
    throw new MeshproofError('not-applicable', `the environment has a cluster of the name ${GUEST} already`);
  }
  const taken = clusters.flatMap(({ podCidr, serviceCidr }) => [podCidr, serviceCidr]);
  const free = Array.from({ length: 64 }, (_, index) => `10.${191 + index}.0.0/16`).filter(
    (range) => !taken.some((other) => cidrsOverlap(range, other)),
  );
  const [podCidr, serviceCidr] = free;
  if (podCidr === undefined || serviceCidr === undefined) {
    throw new MeshproofError(
      'not-applicable',
      'no two ranges within 10.191.0.0 to 10.254.0.0 are free for a guest',
    );
  }
  const nodes: ClusterSpec['nodes'] = [{ role: 'control-plane', zone: `${GUEST}-a` }];
  return { name: GUEST, region: GUEST, network: `${GUEST}-net`, podCidr, serviceCidr, nodes };
}
