import type { FaultTarget } from '../model/fault-plan.ts';
import type { Lab, LabCluster, LabNode } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';

/** A node of a cluster by its name; a `usage` error that lists what there is. */
export function nodeOf(lab: Lab, { cluster, node }: { cluster: string; node: string }): FaultTarget {
  const [target] = targetsOf(clusterOf(lab, cluster), ({ name }) => name === node);
  if (!target)
    throw unknown(
      `node ${node}`,
      `nodes of ${cluster}`,
      clusterOf(lab, cluster).nodes.map(({ name }) => name),
    );
  return target;
}

/** A cluster by its name; a `usage` error that lists what there is. */
export function clusterOf(lab: Lab, name: string): LabCluster {
  const cluster = lab.clusters.find((candidate) => candidate.name === name);
  if (cluster) return cluster;
  const names = lab.clusters.map((known) => known.name);
  throw unknown(`cluster ${name}`, 'clusters', names);
}

/** The nodes of a cluster that are wanted, as targets. */
export function targetsOf(
  cluster: LabCluster,
  wanted: (node: LabNode) => boolean = () => true,
): FaultTarget[] {
  return cluster.nodes
    .filter(wanted)
    .map(({ name, container }) => ({ cluster: cluster.name, node: name, container }));
}

/** All nodes, that of the control plane in front: mechanisms that need the API server ask from there. */
export function withControlPlaneFirst(lab: Lab, name: string): FaultTarget[] {
  const cluster = clusterOf(lab, name);
  return [
    ...targetsOf(cluster, ({ role }) => role === 'control-plane'),
    ...targetsOf(cluster, ({ role }) => role !== 'control-plane'),
  ];
}

export function zonesOf(cluster: LabCluster): string[] {
  return [...new Set(cluster.nodes.map(({ zone }) => zone))];
}

/** What was asked for is not there; these are. */
export function unknown(what: string, kind: string, known: readonly string[]): MeshproofError {
  return new MeshproofError('usage', `no ${what} in this environment`, {
    nextStep: `${kind}: ${known.join(', ')}`,
  });
}
