import { meshDriver } from '../mesh/registry.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import { bundleAgent } from '../probe/bundle.ts';
import { apply, openKube } from '../support/kube.ts';
import {
  anchorObjects,
  MESH_CALLER,
  MESH_NAMESPACE,
  namespaceObjects,
  SHARED_SERVICE,
  withRunLabels,
  workloadObjects,
  workloads,
} from './workloads.ts';
import { worldReady } from './world.ts';

const AVAILABLE_WITHIN_MS = 180_000;

/**
 * The least that a cluster which joins needs: a copy of the shared service, a caller, and the names of the services
 * that live in the other clusters only (a name must exist where it is called). Waits until its pods are available.
 */
export async function deployGuestWorld(lab: Lab, cluster: LabCluster, run: string): Promise<void> {
  const driver = meshDriver(lab.environment);
  const others = lab.clusters.map(({ name }) => name);
  const needed = workloads(others).filter(
    ({ name, copies }) => copies !== 'all' || name === SHARED_SERVICE || name === MESH_CALLER,
  );
  const objects = [
    ...namespaceObjects(MESH_NAMESPACE, driver.namespaceLabels, await bundleAgent()),
    ...anchorObjects(driver),
    ...needed.flatMap((workload) => workloadObjects(workload, { cluster, image: lab.images.runtime })),
  ];
  await apply(
    openKube(cluster.kubeconfig),
    withRunLabels(objects, { run, environment: lab.environment.name }),
  );
  await worldReady({ ...lab, clusters: [cluster] }, AVAILABLE_WITHIN_MS);
}
