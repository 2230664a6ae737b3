import type { KubernetesObject } from '@kubernetes/client-node';
import type { MeshDriver } from '../mesh/driver.ts';
import type { Environment } from '../model/environment.ts';
import type { LabCluster } from '../model/lab.ts';

/** What an area's objects are made from. */
export interface AreaContext {
  cluster: LabCluster;
  clusters: readonly LabCluster[];
  environment: Environment;
  driver: MeshDriver;
  /** Image with `node` in it. */
  image: string;
}

/** What the suites of one capability need in the clusters beside the common workloads; deployed only with them. */
export interface Area {
  /** Namespaces of its own, with their labels; each gets the agent's program. */
  namespaces?(context: AreaContext): Record<string, Record<string, string>>;
  /** Applied to each cluster after the namespaces and before any suite runs. */
  objects(context: AreaContext): KubernetesObject[];
}
