import type { Recording } from '../../model/call-plan.ts';
import type { Backend } from '../backend.ts';
import { HTTP_PORT, MESH_CALLER, MESH_NAMESPACE } from '../workloads.ts';

/** A load of known size from one caller. */
export interface AgentLoad {
  cluster: string;
  /** Of the run's namespace in the mesh. */
  service: string;
  ratePerSecond: number;
  seconds: number;
  headers?: Record<string, string>;
  /** Names of request headers to be told back. */
  report?: string[];
}

/** Longer than the mesh's own limit for a try. */
const DEADLINE_MS = 3000;

/** Calls a service over the caller's pooled connections, open loop, and gives every call back. */
export async function agentLoad(backend: Backend, load: AgentLoad): Promise<Recording> {
  const { cluster, service, ratePerSecond, seconds, headers, report } = load;
  const agent = await backend.agent({ cluster, namespace: MESH_NAMESPACE, workload: MESH_CALLER });
  const running = await agent.start({
    target: {
      protocol: 'http',
      url: `http://${service}.${MESH_NAMESPACE}:${HTTP_PORT}/`,
      connection: 'pooled',
      ...(headers ? { headers } : {}),
      ...(report ? { report } : {}),
    },
    ratePerSecond,
    count: Math.round(ratePerSecond * seconds),
    deadlineMs: DEADLINE_MS,
  });
  try {
    return await running.collect({ until: 'complete', timeoutMs: seconds * 1000 + DEADLINE_MS + 30_000 });
  } finally {
    await running.remove();
  }
}
