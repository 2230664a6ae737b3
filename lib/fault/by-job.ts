import type { FaultSpec } from '../model/fault.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import type { PlannedHarm } from './plan.ts';
import { clusterOf } from './targets.ts';

/** Where the API server asks a kubelet to let a command in: this stays open when a node is cut off by a Job. */
export const WAY_IN = [10_250];

/** Without them nobody gets into a node any more through the API server. */
const NEEDED_TO_GET_IN = ['etcd', 'api-server'];

/**
 * Refuses, as `not-applicable`, what cannot be done where commands get into nodes through the API server: what nothing in a
 * cluster can do to a node, and what would cut the way on which it is proven and reverted. Pure.
 */
export function refuseByJob(spec: FaultSpec, { mechanism, targets }: PlannedHarm, lab: Lab): void {
  const why = whyNotByJob(spec, { mechanism, targets }, lab);
  if (why === undefined) return;
  throw new MeshproofError('not-applicable', `${spec.kind}: ${why}`, {
    nextStep: 'meshproof fault list says what there is; on kind all of them can be had',
  });
}

function whyNotByJob(
  spec: FaultSpec,
  { mechanism, targets }: Pick<PlannedHarm, 'mechanism' | 'targets'>,
  lab: Lab,
): string | undefined {
  if (mechanism === 'docker' || mechanism === 'docker-pause')
    return 'it takes the engine or the cloud whose nodes these are';
  const { kind } = spec;
  const cutsTheWay =
    'it would cut the way on which it is proven and reverted, which leads through the API server';
  if (kind === 'api-outage' || kind === 'kubelet-stop' || kind === 'runtime-stop')
    return `${cutsTheWay} and the kubelet`;
  if ((kind === 'process-freeze' || kind === 'process-slow') && NEEDED_TO_GET_IN.includes(spec.program))
    return cutsTheWay;
  const [first] = targets;
  const role = first && clusterOf(lab, first.cluster).nodes.find(({ name }) => name === first.node)?.role;
  if ((kind === 'node-partition' || kind === 'conntrack-full') && role === 'control-plane') return cutsTheWay;
  const asksThere = ['scale', 'delete-pods', 'authority'].includes(mechanism) || kind === 'pod-crash-loop';
  if (asksThere && role !== 'control-plane')
    return 'it asks the API server from a node of the control plane, and no such node is in the cluster';
  return undefined;
}
