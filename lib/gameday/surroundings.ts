import type { LiveTimers } from '../mesh/tells.ts';
import type { Lab } from '../model/lab.ts';
import type { Backend } from '../run/backend.ts';
import { type NodeGrace, readNodeGrace } from '../run/node-grace.ts';
import { HTTP_PORT, MESH_CALLER, MESH_NAMESPACE } from '../run/workloads.ts';
import { errorMessage } from '../support/errors.ts';
import { resolveCluster } from './resolve.ts';
import type { ScenarioProbe } from './schema.ts';

/** What decided, just before a fault, how long the calls of one probe should take to get around it. */
export interface Surroundings {
  probe: string;
  ratePerSecond: number;
  caller: { cluster: string; node: string };
  service: { name: string; namespace: string };
  live: LiveTimers;
  /** Running pods of the service. */
  pods: { cluster: string; node: string; address: string }[];
  /** Of the caller's control plane. */
  pushDelay: { afterMs: number; atMostMs: number };
  /** By cluster; where it could not be seen, there is none. */
  nodeGrace: Record<string, NodeGrace>;
}

/** Surroundings of each probe that calls a service, or why they could not be read; by the probe's name. */
export type Looked = Record<string, Surroundings | { unread: string }>;

/** Looks at the surroundings of all probes that call a service. Never throws: a fault may have taken away what would answer. */
export async function lookAround(
  backend: Backend,
  lab: Lab,
  probes: readonly ScenarioProbe[],
): Promise<Looked> {
  const entries = probes
    .filter(({ plane }) => plane === 'data')
    .map(
      async (probe) =>
        [
          probe.name,
          await inTime(read(backend, lab, probe)).catch((error: unknown) => ({
            unread: errorMessage(error),
          })),
        ] as const,
    );
  return Object.fromEntries(await Promise.all(entries));
}

/** No fault waits longer for this. */
const LONGEST_MS = 5000;

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LONGEST_MS} ms`)), LONGEST_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function read(
  backend: Backend,
  lab: Lab,
  probe: ScenarioProbe,
): Promise<Surroundings | { unread: string }> {
  const { failover } = backend.driver;
  const name = resolveCluster(lab, probe.from);
  const cluster = lab.clusters.find((one) => one.name === name);
  if (!failover || !cluster) return { unread: `${backend.driver.name} does not show its timers` };
  const service = { name: probe.service, namespace: MESH_NAMESPACE };
  const [caller] = await backend.pods(name, MESH_NAMESPACE, MESH_CALLER);
  if (!caller) return { unread: `no pod of ${MESH_CALLER} runs in ${name}` };
  const pod = { namespace: MESH_NAMESPACE, name: caller.name };
  const [live, pushDelay, pods, graces] = await Promise.all([
    failover.read(cluster, pod, { ...service, port: HTTP_PORT }),
    failover.pushDelay(cluster),
    // A cluster whose API server does not answer just now tells nothing of its pods.
    Promise.all(lab.clusters.map((one) => podsIn(backend, one.name, service))),
    Promise.all(lab.clusters.map((one) => readNodeGrace(backend.kube(one.name)).catch(() => undefined))),
  ]);
  const nodeGrace = lab.clusters.flatMap((one, index) => {
    const grace = graces[index];
    return grace ? [[one.name, grace] as const] : [];
  });
  return {
    probe: probe.name,
    ratePerSecond: probe.rate,
    caller: { cluster: name, node: caller.node },
    service,
    live,
    pods: pods.flat(),
    pushDelay,
    nodeGrace: Object.fromEntries(nodeGrace),
  };
}

async function podsIn(backend: Backend, cluster: string, { name, namespace }: Surroundings['service']) {
  const pods = await backend.pods(cluster, namespace, name).catch(() => []);
  return pods.map(({ node, address }) => ({ cluster, node, address }));
}
