import { instancesAt } from '../../aws/fault-ground.ts';
import { runningInGroup } from '../../aws/fault-state.ts';
import { TAG, tagList } from '../../aws/tags.ts';
import type { AwsChange, AwsHarm } from '../../model/aws-fault.ts';
import type { FaultSpec } from '../../model/fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import type { Lab } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { clusterOf } from '../targets.ts';
import { fisActor } from './actors.ts';
import { experimentOnNode } from './fis.ts';
import { eksOf, type Ground, groundOf } from './ground.ts';
import { changesOfNode } from './nodes.ts';

/** What a kind of fault changes; the rest of a harm is the same for all. */
export type Parts = Pick<AwsHarm, 'changes'> & Partial<Pick<AwsHarm, 'own' | 'group' | 'remarks'>>;

/** What faults of one node change: by Meshproof's own calls, or by an experiment of AWS FIS. */
export async function nodeParts(
  plan: FaultPlan,
  spec: Extract<FaultSpec, { kind: 'node-kill' | 'node-reboot' | 'node-terminate' }>,
  lab: Lab,
): Promise<Parts> {
  const ground = await groundOf(lab, spec.cluster);
  const [instance] = await nodesIn(ground, lab, ({ name }) => name === spec.node);
  if (!instance)
    throw new MeshproofError('environment', `no instance of ${ground.vpc} is the node ${spec.node}`);
  const { changes, tags } = changesOfNode(spec.kind, ground, instance);
  const parts = plan.mechanism === 'fis' ? await byFis(plan, lab, changes) : { changes };
  if (!tags) return parts;
  const running = await runningInGroup({ place: ground.place, tags });
  return { ...parts, group: { place: ground.place, tags, running } };
}

async function byFis(plan: FaultPlan, lab: Lab, [stop]: readonly AwsChange[]): Promise<Parts> {
  if (!stop) throw new MeshproofError('bug', 'there is nothing for AWS FIS to do');
  const { minutes, ...parts } = experimentOnNode(stop, {
    id: plan.id,
    lastsMs: plan.deadline - Date.now(),
    ...(await fisActor(lab, stop.cluster, stop.object.id)),
    tags: tagsOf(plan, lab),
  });
  return {
    ...parts,
    remarks: [`AWS FIS starts the node again ${minutes} min after its experiment began, whatever else dies`],
  };
}

/** The instances that nodes of a cluster are, by their addresses. */
export async function nodesIn(
  { cluster, place, vpc }: Ground,
  lab: Lab,
  wanted: (node: { name: string; zone: string }) => boolean,
) {
  const nodes = clusterOf(lab, cluster).nodes.filter(wanted);
  return instancesAt(
    place,
    vpc,
    nodes.map(({ address }) => address),
  );
}

/** Tags of what a fault makes: ours, and which fault it is. */
export function tagsOf({ id, run, environment, deadline }: FaultPlan, lab: Lab) {
  const { owner } = eksOf(lab);
  const expires = new Date(deadline).toISOString();
  return [...tagList({ environment, run, owner, expires }), { Key: TAG.fault, Value: id }];
}
