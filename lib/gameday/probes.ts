import { callsOf } from '../analysis/calls.ts';
import { analyseLatency } from '../analysis/latency.ts';
import type { CallTarget, Recording } from '../model/call-plan.ts';
import type { Lab } from '../model/lab.ts';
import type { RunningPlan } from '../probe/client.ts';
import type { Backend } from '../run/backend.ts';
import {
  HTTP_PORT,
  MESH_CALLER,
  MESH_NAMESPACE,
  OUTSIDE_CALLER,
  OUTSIDE_NAMESPACE,
} from '../run/workloads.ts';
import { errorMessage } from '../support/errors.ts';
import { resolveCluster } from './resolve.ts';
import type { ScenarioProbe } from './schema.ts';

/** The agent ends a probe by itself at the latest after this. */
const LONGEST_S = 1800;
/** Observations that one agent keeps for a probe. */
const MOST_CALLS = 90_000;
/** How long a user would wait; longer than the mesh's own limit for a try, so that its errors are seen. */
const DEADLINE_MS = 2000;
/** Of the API server, on the nodes of a control plane (kubeadm). */
const API_PORT = 6443;
/** A look at a probe takes no longer: an agent that can't be reached just now goes on by itself. */
const LOOK_MS = 900;

/** The traffic of one probe of a scenario; it goes on whatever happens to the way to its agent. */
export interface RunningProbe {
  probe: ScenarioProbe;
  cluster: string;
  /** Fetches what came since; gives why it could not, in words. */
  look(): Promise<string | undefined>;
  recording(): Recording;
  /** Fetches the rest, waiting for calls that are under way and for an agent that was away. */
  finish(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts the calls of a probe: from the caller of the run in one cluster to a service, on connections that are kept. */
export async function startProbe(backend: Backend, lab: Lab, probe: ScenarioProbe): Promise<RunningProbe> {
  const cluster = resolveCluster(lab, probe.from);
  // No proxy stands between the API server and who has none.
  const caller =
    probe.plane === 'api'
      ? { namespace: OUTSIDE_NAMESPACE, workload: OUTSIDE_CALLER }
      : { namespace: MESH_NAMESPACE, workload: MESH_CALLER };
  const agent = await backend.agent({ cluster, ...caller });
  const running: RunningPlan = await agent.start({
    target: targetOf(probe, lab, cluster),
    ratePerSecond: probe.rate,
    count: Math.min(probe.rate * LONGEST_S, MOST_CALLS),
    deadlineMs: DEADLINE_MS,
  });
  await running.collect({ until: 0, timeoutMs: 30_000 });
  const startedAt = Date.now();
  const ended = () => Math.floor(((Date.now() - startedAt - DEADLINE_MS - 500) / 1000) * probe.rate);
  return {
    probe,
    cluster,
    recording: () => running.recording(),
    async look() {
      const until = running.recording().observations.length;
      return running.collect({ until, timeoutMs: LOOK_MS, clock: false }).then(() => undefined, errorMessage);
    },
    async finish() {
      await running.collect({ until: Math.max(0, ended()), timeoutMs: 120_000 });
    },
    remove: () => running.remove(),
  };
}

/** What a probe calls, by the plane that it watches. */
export function targetOf(
  { plane, service, connection }: Pick<ScenarioProbe, 'plane' | 'service' | 'connection'>,
  lab: Lab,
  cluster: string,
): CallTarget {
  const name = `${service}.${MESH_NAMESPACE}.svc.cluster.local`;
  if (plane === 'data') return { protocol: 'http', url: `http://${name}:${HTTP_PORT}/`, connection };
  if (plane === 'dns') return { protocol: 'dns-udp', name: `${name}.`, type: 'A' };
  const nodes = lab.clusters.find((one) => one.name === cluster)?.nodes ?? [];
  const host = nodes.find(({ role }) => role === 'control-plane')?.address ?? '';
  return { protocol: 'tls', host, port: API_PORT };
}

/** What a probe saw in the last seconds: for people who watch. */
export interface LiveView {
  probe: string;
  perSecond: number;
  errorRatio: number;
  p99Ms: number | undefined;
  /** Error ratio of each of the last seconds, oldest first; undefined where nothing is known. */
  trend: (number | undefined)[];
}

/** The last `seconds` of a recording, up to its last call. */
export function liveView(
  { probe, recording }: Pick<RunningProbe, 'probe' | 'recording'>,
  seconds = 20,
): LiveView {
  const calls = callsOf([recording()]);
  const end = calls.at(-1)?.at ?? 0;
  const bins = Array.from({ length: seconds }, (_, index) => {
    const from = end - (seconds - index) * 1000;
    return calls.filter(({ at }) => at > from && at <= from + 1000);
  });
  const last = analyseLatency(bins.slice(-3).flatMap((bin) => bin.map(({ observation }) => observation)));
  return {
    probe: probe.name,
    perSecond: last.count / 3,
    errorRatio: last.errorRatio,
    p99Ms: last.p99Ms,
    trend: bins.map((bin) =>
      bin.length === 0 ? undefined : bin.filter(({ ok }) => !ok).length / bin.length,
    ),
  };
}
