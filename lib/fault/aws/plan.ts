import type { FaultSpec } from '../../model/fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import type { Lab } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { mayBeOnAws } from './kinds.ts';
import { clusterOf, nodeOf, targetsOf, unknown, zonesOf } from '../targets.ts';

type Harm = Pick<FaultPlan, 'mechanism' | 'targets' | 'blastRadius'> & { leadMs?: never };

const FLOWS = {
  'network-acl': 'established flows break too',
  'security-group': 'only new flows break, those that are tracked go on',
};

/**
 * Mechanism, targets and blast radius of a fault that the API of AWS carries out; undefined for all others. What only AWS has
 * is a `usage` error where the provider is another. What it changes there is found by resolve.ts. Pure.
 */
export function planOnAws(spec: FaultSpec, lab: Lab): Harm | undefined {
  const { kind } = lab.environment.provider;
  const isAws = kind === 'eks';
  if (!mayBeOnAws(spec)) return undefined;
  switch (spec.kind) {
    case 'node-kill':
    case 'node-reboot': {
      const by = spec.kind === 'node-kill' ? spec.by : undefined;
      if (!isAws && by !== undefined) throw onlyOnAws(`${spec.kind} by ${by}`, kind);
      if (!isAws) return undefined;
      const how =
        spec.kind === 'node-kill' ? 'is stopped by force, as by a loss of power' : 'shuts down in good order';
      return {
        mechanism: by ?? 'ec2',
        targets: [nodeOf(lab, spec)],
        blastRadius: `node ${spec.node} of cluster ${spec.cluster} ${by === undefined ? how : 'is stopped by an experiment of AWS FIS'}, with every pod on it, and starts again at the end; its node group may bring another meanwhile`,
      };
    }
    case 'node-terminate':
      if (!isAws) throw onlyOnAws(spec.kind, kind);
      return {
        mechanism: 'ec2',
        targets: [nodeOf(lab, spec)],
        blastRadius: `node ${spec.node} of cluster ${spec.cluster} is terminated for good, with its disks and every pod on it; nothing brings it back, its node group brings another`,
      };
    case 'zone-outage': {
      if (!isAws && spec.by !== undefined) throw onlyOnAws(`${spec.kind} by ${spec.by}`, kind);
      if (!isAws) return undefined;
      const cluster = clusterOf(lab, spec.cluster);
      const targets = targetsOf(cluster, ({ zone }) => zone === spec.zone);
      if (targets.length === 0)
        throw unknown(`zone ${spec.zone}`, `zones of ${spec.cluster}`, zonesOf(cluster));
      const by = spec.by ?? 'network-acl';
      return {
        mechanism: by,
        targets,
        blastRadius: `zone ${spec.zone} of cluster ${spec.cluster} is cut off (${targets.length} nodes): ${FLOWS[by]}`,
      };
    }
    case 'link-partition': {
      const { by, from, to } = spec;
      if (by === undefined) return undefined;
      if (!isAws) throw onlyOnAws(`${spec.kind} by ${by}`, kind);
      if (spec.plane !== undefined)
        throw new MeshproofError('usage', `--by ${by} cuts every plane of a link`, {
          nextStep: 'leave out --plane, or --by: packet rules in the nodes know planes',
        });
      const ends = spec.bothWays === true ? [to, from] : [to];
      return {
        mechanism: by,
        targets: ends.flatMap((name) => targetsOf(clusterOf(lab, name))),
        blastRadius: `what the VPC of ${from} sends to that of ${to}${spec.bothWays === true ? ', and back,' : ''} is dropped there: ${FLOWS[by]}`,
      };
    }
    case 'route-black-hole':
    case 'peering-route-removal': {
      if (!isAws) throw onlyOnAws(spec.kind, kind);
      const how =
        spec.kind === 'route-black-hole' ? 'is routed to nobody' : 'has no route over their peering';
      return {
        mechanism: 'vpc-route',
        targets: targetsOf(clusterOf(lab, spec.from)),
        blastRadius: `what the VPC of ${spec.from} sends to that of ${spec.to} ${how}, answers to its calls included`,
      };
    }
    case 'transit-gateway-disassociation':
      if (!isAws) throw onlyOnAws(spec.kind, kind);
      return {
        mechanism: 'transit-gateway',
        targets: targetsOf(clusterOf(lab, spec.cluster)),
        blastRadius: `the attachment of ${spec.cluster} has no route table in its transit gateway: all that it sends there is lost`,
      };
    case 'health-check-inversion':
      if (!isAws) throw onlyOnAws(spec.kind, kind);
      return {
        mechanism: 'route53',
        targets: targetsOf(clusterOf(lab, spec.cluster)),
        blastRadius: `the health check of the gateway of ${spec.cluster} says the opposite of what it finds: names lead elsewhere once their TTL is over`,
      };
  }
}

function onlyOnAws(what: string, provider: string): MeshproofError {
  return new MeshproofError('usage', `${what} takes the API of AWS, and the provider here is ${provider}`, {
    nextStep: 'use an environment of the provider eks; meshproof fault list says what each fault takes',
  });
}
