import type { V1Pod } from '@kubernetes/client-node';
import type { LabCluster } from '../model/lab.ts';
import type { AgentClient } from '../probe/client.ts';
import { openAgent } from '../probe/port-forward.ts';
import { AGENT_PORTS } from '../probe/wire.ts';
import type { Kube } from '../support/kube.ts';
import { HOST_PORT_OFFSET } from './agent-objects.ts';
import type { CallerRef } from './backend.ts';
import { podOf } from './world.ts';

/** Agents that are open, so that each is looked up once: API requests grow with callers, not with their calls. */
export interface AgentPool extends AsyncDisposable {
  /** The agent in a caller's pod; an `environment` error when no pod of it runs. */
  agent(caller: CallerRef): Promise<AgentClient>;
}

/** Where a pool finds its agents; injected by tests. */
export interface AgentSource {
  /** The pod that a caller is now, with a key that changes with its pod and with its container. */
  find(caller: CallerRef): Promise<{ key: string; open(): Promise<AgentClient> }>;
}

/** An agent that answers later than this is looked up again: its pod may be gone. */
const ANSWERS_WITHIN_MS = 1000;

/** A pool without agents yet. Dispose closes all that it opened. */
export function agentPool(source: AgentSource): AgentPool {
  const byCaller = new Map<string, AgentClient>();
  const byPod = new Map<string, Promise<AgentClient>>();
  const asked = new Map<string, Promise<AgentClient>>();
  const look = async (name: string, caller: CallerRef) => {
    const known = byCaller.get(name);
    // The agent itself is asked, over the forward that is open: that costs the API server nothing.
    if (known && (await answers(known))) return known;
    const { key, open } = await source.find(caller);
    const opening = byPod.get(key) ?? open();
    byPod.set(key, opening);
    try {
      const agent = await opening;
      byCaller.set(name, agent);
      return agent;
    } catch (error) {
      byPod.delete(key);
      throw error;
    }
  };
  return {
    agent(caller) {
      const name = [caller.cluster, caller.namespace, caller.workload, caller.pod].join('/');
      // Who asks for it at the same time gets the same answer, from one look.
      const looking = asked.get(name) ?? look(name, caller).finally(() => asked.delete(name));
      asked.set(name, looking);
      return looking;
    },
    async [Symbol.asyncDispose]() {
      const opened = await Promise.allSettled(byPod.values());
      const agents = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      await Promise.all(agents.map((agent) => agent.close()));
    },
  };
}

/** Agents in the pods of a lab. */
export function podAgents(
  clusterOf: (name: string) => LabCluster,
  kubeOf: (name: string) => Kube,
): AgentSource {
  return {
    async find({ cluster, namespace, workload, pod: wanted }) {
      const pod = await podOf(clusterOf(cluster), namespace, workload, wanted);
      return {
        key: `${cluster}/${pod.metadata?.uid}/${pod.status?.containerStatuses?.[0]?.containerID}`,
        open: () => openAgent(kubeOf(cluster), namespace, pod.metadata?.name ?? '', controlPort(pod)),
      };
    },
  };
}

function controlPort({ spec }: V1Pod): number {
  return AGENT_PORTS.control + (spec?.hostNetwork === true ? HOST_PORT_OFFSET : 0);
}

async function answers(agent: AgentClient): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWERS_WITHIN_MS);
  });
  const answer = agent.info().then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
