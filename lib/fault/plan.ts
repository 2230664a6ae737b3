import { randomBytes } from 'node:crypto';
import type { FaultPlan, FaultSpec, FaultTarget } from '../model/fault.ts';
import type { Lab, LabCluster, LabNode } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { NODE_SERVICES } from './mechanisms/systemd.ts';

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
    case 'node-kill':
      return {
        ...common,
        mechanism: 'docker',
        ...onNodes([nodeOf(lab, spec)]),
        blastRadius: `node ${spec.node} of cluster ${spec.cluster} loses power, with every pod on it`,
      };
    case 'node-pause':
      return {
        ...common,
        mechanism: 'docker-pause',
        ...onNodes([nodeOf(lab, spec)]),
        blastRadius: `everything on node ${spec.node} of cluster ${spec.cluster} stands still, its connections stay open`,
      };
    case 'zone-outage': {
      const targets = targetsOf(clusterOf(lab, spec.cluster), ({ zone }) => zone === spec.zone);
      if (targets.length === 0)
        throw unknown(`zone ${spec.zone}`, `zones of ${spec.cluster}`, zonesOf(clusterOf(lab, spec.cluster)));
      return {
        ...common,
        mechanism: 'docker-pause',
        ...onNodes(targets),
        blastRadius: `everything in zone ${spec.zone} of cluster ${spec.cluster} stands still (${targets.length} nodes)`,
      };
    }
    case 'cluster-outage': {
      const targets = targetsOf(clusterOf(lab, spec.cluster));
      return {
        ...common,
        mechanism: 'docker-pause',
        ...onNodes(targets),
        blastRadius: `everything in cluster ${spec.cluster} stands still (${targets.length} nodes), its API server too`,
      };
    }
    case 'kubelet-stop':
    case 'runtime-stop': {
      const service = NODE_SERVICES[spec.kind];
      return {
        ...common,
        mechanism: 'systemd',
        ...onNodes([nodeOf(lab, spec)]),
        blastRadius: `${service} of node ${spec.node} in cluster ${spec.cluster} is stopped; its containers go on, unwatched`,
      };
    }
    case 'process-freeze': {
      const targets = targetsOf(clusterOf(lab, spec.cluster));
      return {
        ...common,
        mechanism: 'signal',
        ...onNodes(targets),
        blastRadius: `every copy of ${spec.program} in cluster ${spec.cluster} stands still, wherever it runs (${targets.length} nodes are looked at)`,
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

function onNodes(targets: FaultTarget[]): Pick<FaultPlan, 'targets' | 'sources'> {
  return { targets, sources: [] };
}

function nodeOf(lab: Lab, { cluster, node }: { cluster: string; node: string }): FaultTarget {
  const [target] = targetsOf(clusterOf(lab, cluster), ({ name }) => name === node);
  if (!target) throw unknown(`node ${node}`, `nodes of ${cluster}`, namesOf(clusterOf(lab, cluster)));
  return target;
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

function targetsOf(cluster: LabCluster, wanted: (node: LabNode) => boolean = () => true): FaultTarget[] {
  return cluster.nodes
    .filter(wanted)
    .map(({ name, container }) => ({ cluster: cluster.name, node: name, container }));
}

function zonesOf(cluster: LabCluster): string[] {
  return [...new Set(cluster.nodes.map(({ zone }) => zone))];
}

function namesOf(cluster: LabCluster): string[] {
  return cluster.nodes.map(({ name }) => name);
}

function unknown(what: string, kind: string, known: string[]): MeshproofError {
  return new MeshproofError('usage', `no ${what} in this environment`, {
    nextStep: `${kind}: ${known.join(', ')}`,
  });
}
