import type { CallTarget, Recording } from '../model/call-plan.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import type { AgentClient, RunningPlan } from '../probe/client.ts';
import { openAgent } from '../probe/port-forward.ts';
import { HTTP_PORT, localService, MESH_CALLER, MESH_NAMESPACE, SHARED_SERVICE } from '../run/workloads.ts';
import { podOf } from '../run/world.ts';
import { AGENT_PORTS } from '../probe/wire.ts';
import { openKube } from '../support/kube.ts';

/** What calls on one path are told apart by. */
export interface TrafficPath {
  from: string;
  service: string;
  port: number;
  words: string;
  target: CallTarget;
  ratePerSecond: number;
  deadlineMs: number;
}

/** Calls of one path that were made while one pod called. */
export interface PathRecording {
  path: TrafficPath;
  recording: Recording;
}

/**
 * Calls a second on each path, in requests of their own: an outage of half a second is seen on each. On 18 paths more of them take
 * so much of two processors that the callers become the load.
 */
const RATE = 5;
/** A long-lived connection lasts so long, and carries a message each so often. */
const LIVES_MS = 10_000;
const GAP_MS = 500;
const DEADLINE_MS = 2000;
/** Every message of a long-lived connection has a way there and back, on a machine that is busy. */
const LASTING_SLACK_MS = 5000;
/** More than any upgrade takes: a plan is taken away when it is over. */
const LONGEST_S = 3600;
/** Calls go on so long after what is watched: what is lost late was lost by it, too. */
const AFTER_MS = 3000;

/** Every caller to the service of every cluster and to the shared one: requests on new and kept connections, and long-lived streams. */
export function trafficPaths(clusters: readonly string[]): TrafficPath[] {
  return clusters.flatMap((from) =>
    [...clusters.map((to) => localService(to)), SHARED_SERVICE].flatMap((service) => {
      const host = `${service}.${MESH_NAMESPACE}`;
      const url = `http://${host}:${HTTP_PORT}/`;
      const messages = LIVES_MS / GAP_MS;
      const path = (
        words: string,
        target: CallTarget,
        rest = { ratePerSecond: RATE, deadlineMs: DEADLINE_MS },
      ) => ({
        from,
        service,
        port: 'port' in target ? target.port : HTTP_PORT,
        words: `${MESH_CALLER} in ${from} → ${service}, ${words}`,
        target,
        ...rest,
      });
      const lasting = { ratePerSecond: 0.5, deadlineMs: LIVES_MS + LASTING_SLACK_MS };
      return [
        path('http, a new connection each', { protocol: 'http', url, connection: 'fresh' }),
        path('http, kept connections', { protocol: 'http', url, connection: 'pooled' }),
        path('gRPC', { protocol: 'grpc', host, port: AGENT_PORTS.grpc, messages: 1 }),
        // No stream of gRPC: a mesh-wide limit for a try ends one that lasts longer, and no upgrade has to.
        path('WebSockets of 10 s', { protocol: 'websocket', url, messages, gapMs: GAP_MS }, lasting),
        path(
          'TCP connections of 10 s',
          { protocol: 'tcp', host, port: AGENT_PORTS.tcp, idleMs: LIVES_MS },
          lasting,
        ),
      ];
    }),
  );
}

/** Calls on every path, without a break, until they are ended. */
export interface Traffic extends AsyncDisposable {
  /** Ends the calls of a cluster while its callers start anew, and begins them again: no mesh saves calls of who ends himself. */
  without(cluster: string, restart: () => Promise<void>): Promise<void>;
  /** Ends all calls once some more were made, and gives everything that was recorded. */
  end(): Promise<PathRecording[]>;
}

interface Running {
  path: TrafficPath;
  plan: RunningPlan;
  startedAt: number;
}

/** Starts calls on every path of a lab whose workloads stand; returns once each path was answered. */
export async function startTraffic(lab: Lab): Promise<Traffic> {
  const paths = trafficPaths(lab.clusters.map(({ name }) => name));
  const callers = new Map<string, { agent: AgentClient; running: Running[] }>();
  const done: PathRecording[] = [];
  const start = async (cluster: LabCluster) => {
    const pod = await podOf(cluster, MESH_NAMESPACE, MESH_CALLER);
    const agent = await openAgent(openKube(cluster.kubeconfig), MESH_NAMESPACE, pod.metadata?.name ?? '');
    const running: Running[] = [];
    callers.set(cluster.name, { agent, running });
    for (const path of paths.filter(({ from }) => from === cluster.name)) {
      const { target, ratePerSecond, deadlineMs } = path;
      const count = Math.ceil(LONGEST_S * ratePerSecond);
      const plan = await agent.start({ target, ratePerSecond, deadlineMs, count });
      running.push({ path, plan, startedAt: Date.now() });
    }
    await Promise.all(running.map(({ plan }) => plan.collect({ until: 0, timeoutMs: 60_000 })));
  };
  const finish = async (cluster: string) => {
    const { agent, running } = callers.get(cluster) ?? {};
    callers.delete(cluster);
    if (!agent || !running) return;
    const now = Date.now();
    try {
      for (const { path, plan, startedAt } of running) {
        const until = Math.floor(((now - startedAt) / 1000) * path.ratePerSecond);
        const recording = await plan.collect({ until, timeoutMs: 60_000 });
        done.push({ path, recording });
        await plan.remove();
      }
    } finally {
      await agent.close();
    }
  };
  const close = async () => {
    const open = [...callers.values()];
    callers.clear();
    await Promise.allSettled(open.map(({ agent }) => agent.close()));
  };
  try {
    await Promise.all(lab.clusters.map(start));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async without(name, restart) {
      const cluster = lab.clusters.find((one) => one.name === name);
      await finish(name);
      await restart();
      if (cluster) await start(cluster);
    },
    async end() {
      await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
      await Promise.all(lab.clusters.map(({ name }) => finish(name)));
      return done;
    },
    [Symbol.asyncDispose]: close,
  };
}
