import { randomBytes } from 'node:crypto';
import type { FaultPlan, FaultSpec, FaultTarget } from '../model/fault.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';

/**
 * Resolves a fault to targets, mechanism, blast radius and an absolute deadline. Touches nothing. A target
 * that is not in the lab is a `usage` error.
 */
export function planFault(spec: FaultSpec, lab: Lab, options: { run: string; lastsMs: number }): FaultPlan {
  const common = {
    id: `${spec.kind}-${randomBytes(4).toString('hex')}`,
    run: options.run,
    environment: lab.environment.name,
    spec,
    deadline: Date.now() + options.lastsMs,
    dockerHost: lab.dockerHost,
  };
  switch (spec.kind) {
    case 'node-kill': {
      const target = targetsOf(clusterOf(lab, spec.cluster)).find(({ node }) => node === spec.node);
      if (!target)
        throw unknown(`node ${spec.node}`, `nodes of ${spec.cluster}`, namesOf(clusterOf(lab, spec.cluster)));
      return {
        ...common,
        mechanism: 'docker',
        targets: [target],
        sources: [],
        blastRadius: `node ${spec.node} of cluster ${spec.cluster} loses power, with every pod on it`,
      };
    }
    case 'link-partition': {
      const from = clusterOf(lab, spec.from);
      const to = clusterOf(lab, spec.to);
      if (from === to)
        throw new MeshproofError(
          'usage',
          `a link leads from one cluster to another, not ${spec.from} → ${spec.to}`,
        );
      return {
        ...common,
        mechanism: 'nftables',
        targets: targetsOf(to),
        sources: from.nodes.map(({ address }) => address),
        blastRadius: `every packet from ${spec.from} (${from.nodes.length} nodes) to ${spec.to} (${to.nodes.length} nodes) is dropped on arrival, in all planes: data, control, dns`,
      };
    }
  }
}

function clusterOf(lab: Lab, name: string): LabCluster {
  const cluster = lab.clusters.find((candidate) => candidate.name === name);
  if (!cluster)
    throw unknown(
      `cluster ${name}`,
      'clusters',
      lab.clusters.map((known) => known.name),
    );
  return cluster;
}

function targetsOf(cluster: LabCluster): FaultTarget[] {
  return cluster.nodes.map(({ name, container }) => ({ cluster: cluster.name, node: name, container }));
}

function namesOf(cluster: LabCluster): string[] {
  return cluster.nodes.map(({ name }) => name);
}

function unknown(what: string, kind: string, known: string[]): MeshproofError {
  return new MeshproofError('usage', `no ${what} in this environment`, {
    nextStep: `${kind}: ${known.join(', ')}`,
  });
}
