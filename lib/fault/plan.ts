import { randomBytes } from 'node:crypto';
import { formatDuration } from '../model/duration.ts';
import type { FaultSpec } from '../model/fault.ts';
import type { FaultPlan } from '../model/fault-plan.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { planOnAws } from './aws/plan.ts';
import { withLiveAws } from './aws/resolve.ts';
import { refuseByJob } from './by-job.ts';
import { EXPIRES_AFTER_MS } from './mechanisms/authority.ts';
import { NODE_SERVICES } from './mechanisms/systemd.ts';
import { USUAL_LEFT_MIB, USUAL_WRITERS, WRITTEN_MIB } from './mechanisms/works.ts';
import { planNetworkFault } from './plan-network.ts';
import { clusterOf, nodeOf, targetsOf, unknown, withControlPlaneFirst, zonesOf } from './targets.ts';

/** What a kind of fault adds to a plan. */
export type PlannedHarm = Pick<FaultPlan, 'mechanism' | 'targets' | 'blastRadius'> &
  Partial<Pick<FaultPlan, 'knocks' | 'relay' | 'leadMs'>>;

/**
 * Resolves a fault to targets, mechanism, blast radius and an absolute deadline. Touches nothing. A target
 * that is not in the lab is a `usage` error, what cannot be had there `not-applicable`.
 */
export function planFault(spec: FaultSpec, lab: Lab, options: { run: string; lastsMs: number }): FaultPlan {
  const harm = planOnAws(spec, lab) ?? harmOf(spec, lab);
  if (lab.access.by === 'job') refuseByJob(spec, harm, lab);
  return {
    id: `${spec.kind}-${randomBytes(4).toString('hex')}`,
    run: options.run,
    environment: lab.environment.name,
    spec,
    deadline: Date.now() + options.lastsMs + (harm.leadMs ?? 0),
    access: lab.access,
    knocks: [],
    ...harm,
  };
}

/**
 * As {@link planFault}, and with what only the live account tells of a fault on AWS: what would be carried out. `open` are the
 * faults that hold already. Touches nothing either.
 */
export function planLive(
  spec: FaultSpec,
  lab: Lab,
  options: { run: string; lastsMs: number; open?: readonly FaultPlan[] },
): Promise<FaultPlan> {
  return withLiveAws(planFault(spec, lab, options), lab, options.open);
}

function harmOf(spec: FaultSpec, lab: Lab): PlannedHarm {
  switch (spec.kind) {
    case 'node-kill':
      return {
        mechanism: 'docker',
        targets: [nodeOf(lab, spec)],
        blastRadius: `node ${spec.node} of cluster ${spec.cluster} loses power, with every pod on it`,
      };
    case 'node-reboot':
      return {
        mechanism: 'docker',
        targets: [nodeOf(lab, spec)],
        blastRadius: `node ${spec.node} of cluster ${spec.cluster} shuts down, with every pod on it, and starts again`,
      };
    case 'node-pause':
      return {
        mechanism: 'docker-pause',
        targets: [nodeOf(lab, spec)],
        blastRadius: `everything on node ${spec.node} of cluster ${spec.cluster} stands still, its connections stay open`,
      };
    case 'zone-outage': {
      const targets = targetsOf(clusterOf(lab, spec.cluster), ({ zone }) => zone === spec.zone);
      if (targets.length === 0)
        throw unknown(`zone ${spec.zone}`, `zones of ${spec.cluster}`, zonesOf(clusterOf(lab, spec.cluster)));
      return {
        mechanism: 'docker-pause',
        targets,
        blastRadius: `everything in zone ${spec.zone} of cluster ${spec.cluster} stands still (${targets.length} nodes)`,
      };
    }
    case 'cluster-outage': {
      const targets = targetsOf(clusterOf(lab, spec.cluster));
      return {
        mechanism: 'docker-pause',
        targets,
        blastRadius: `everything in cluster ${spec.cluster} stands still (${targets.length} nodes), its API server too`,
      };
    }
    case 'kubelet-stop':
    case 'runtime-stop':
      return {
        mechanism: 'systemd',
        targets: [nodeOf(lab, spec)],
        blastRadius: `${NODE_SERVICES[spec.kind]} of node ${spec.node} in cluster ${spec.cluster} is stopped; its containers go on, unwatched`,
      };
    case 'process-freeze': {
      const targets = targetsOf(clusterOf(lab, spec.cluster));
      return {
        mechanism: 'signal',
        targets,
        blastRadius: `every copy of ${spec.program} in cluster ${spec.cluster} stands still, wherever it runs (${targets.length} nodes are looked at)`,
      };
    }
    case 'process-slow': {
      const targets = targetsOf(clusterOf(lab, spec.cluster));
      return {
        mechanism: 'script',
        targets,
        blastRadius: `every copy of ${spec.program} in cluster ${spec.cluster} stands still for ${formatDuration(spec.delayMs)} again and again, wherever it runs (${targets.length} nodes are looked at)`,
      };
    }
    case 'workload-outage':
      return {
        mechanism: 'scale',
        targets: withControlPlaneFirst(lab, spec.cluster).slice(0, 1),
        blastRadius: `every copy of ${spec.program} in cluster ${spec.cluster} goes, and none comes back before the end`,
      };
    case 'pod-kill':
      return {
        mechanism: 'delete-pods',
        targets: withControlPlaneFirst(lab, spec.cluster).slice(0, 1),
        blastRadius: `all pods of ${spec.namespace}/${spec.app} in cluster ${spec.cluster} are killed, once`,
      };
    case 'pod-crash-loop':
      return {
        mechanism: 'script',
        targets: withControlPlaneFirst(lab, spec.cluster),
        blastRadius: `all containers of the pods of ${spec.namespace}/${spec.app} in cluster ${spec.cluster} are killed over and over`,
      };
    case 'certificate-expiry':
      return {
        ...ofAuthority(lab, spec),
        leadMs: EXPIRES_AFTER_MS,
        blastRadius: `the mesh's certificate authority in cluster ${spec.cluster}, and the certificates of all proxies there, expire ${formatDuration(EXPIRES_AFTER_MS)} after the injection: open connections go on, new ones are refused, nobody gets a certificate`,
      };
    case 'bad-root':
      return {
        ...ofAuthority(lab, spec),
        blastRadius: `all proxies of cluster ${spec.cluster} get certificates of a root that no other cluster trusts: new connections to and from other clusters are refused, open ones go on`,
      };
    case 'cpu-pressure':
      return {
        mechanism: 'script',
        targets: [nodeOf(lab, spec)],
        blastRadius: `${spec.workers ?? 'as many processes as there are processors'} compute on node ${spec.node} of cluster ${spec.cluster}, beside its pods`,
      };
    case 'memory-pressure':
      return {
        mechanism: 'script',
        targets: [nodeOf(lab, spec)],
        blastRadius: `all pods on node ${spec.node} of cluster ${spec.cluster} have ${spec.leave ?? USUAL_LEFT_MIB} MiB more than they use, and something wants it: caches go, and whoever needs more is killed`,
      };
    case 'disk-pressure':
      return {
        mechanism: 'script',
        targets: [nodeOf(lab, spec)],
        blastRadius: `${spec.workers ?? USUAL_WRITERS} processes write to the disk of node ${spec.node} of cluster ${spec.cluster} without a pause, ${WRITTEN_MIB} MiB each over and over`,
      };
    case 'node-terminate':
    case 'route-black-hole':
    case 'peering-route-removal':
    case 'transit-gateway-disassociation':
    case 'health-check-inversion':
      throw new MeshproofError('bug', `${spec.kind} is planned on AWS only`);
    case 'link-partition':
    case 'link-loss':
    case 'link-bandwidth':
    case 'link-latency':
    case 'mtu-black-hole':
    case 'node-partition':
    case 'dns-loss':
    case 'dns-latency':
    case 'dns-wrong-answers':
    case 'api-outage':
    case 'conntrack-full':
      return planNetworkFault(spec, lab);
  }
}

/** What all faults of the mesh's certificate authority have; they reach running proxies by a change of roots only. */
function ofAuthority(lab: Lab, { kind, cluster }: FaultSpec & { cluster: string }) {
  const targets = withControlPlaneFirst(lab, cluster).slice(0, 1);
  if (lab.environment.mesh.multiRoot) return { mechanism: 'authority' as const, targets };
  throw new MeshproofError(
    'not-applicable',
    `${kind}: proxies of this mesh take no change of roots while they run`,
    { nextStep: `mesh.istio.multiRoot in ${lab.environment.file}, and env up` },
  );
}
