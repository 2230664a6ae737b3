import type { NodeClock } from '../model/invariants.ts';
import type { Lab } from '../model/lab.ts';
import type { Backend } from '../run/backend.ts';
import {
  MESH_CALLER,
  MESH_NAMESPACE,
  OUTSIDE_CALLER,
  OUTSIDE_NAMESPACE,
  SHARED_SERVICE,
} from '../run/workloads.ts';

/** Workloads whose agents are asked for the time: those that probes call from, and the one that answers. */
const AGENTS = [
  { namespace: MESH_NAMESPACE, workload: MESH_CALLER },
  { namespace: OUTSIDE_NAMESPACE, workload: OUTSIDE_CALLER },
  { namespace: MESH_NAMESPACE, workload: SHARED_SERVICE },
];

/** The clocks of the nodes that agents run on, against ours; what does not answer is left out. */
export async function readNodeClocks(backend: Backend, lab: Pick<Lab, 'clusters'>): Promise<NodeClock[]> {
  const clocks = new Map<string, NodeClock>();
  for (const { name: cluster } of lab.clusters) {
    for (const agent of AGENTS) {
      const read = await readClockOf(backend, { cluster, ...agent }).catch(() => undefined);
      const known = read && clocks.get(`${cluster}/${read.node}`);
      if (read && (!known || read.uncertaintyMs < known.uncertaintyMs))
        clocks.set(`${cluster}/${read.node}`, read);
    }
  }
  return [...clocks.values()];
}

async function readClockOf(backend: Backend, caller: Parameters<Backend['agent']>[0]): Promise<NodeClock> {
  const agent = await backend.agent(caller);
  return { cluster: caller.cluster, node: agent.place.node, ...(await agent.clock()) };
}
