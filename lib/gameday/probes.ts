import { callsOf } from '../analysis/calls.ts';
import { analyseLatency } from '../analysis/latency.ts';
import type { CallTarget } from '../model/call-plan.ts';
import type { Lab } from '../model/lab.ts';
import type { RunningPlan } from '../probe/client.ts';
import type { Observation } from '../model/observation.ts';
import type { Area } from '../run/area.ts';
import { rotationArea, SHORT_LIVED_SERVICE } from '../run/areas/rotation.ts';
import type { Backend, CallerRef } from '../run/backend.ts';
import {
  HTTP_PORT,
  MESH_CALLER,
  MESH_NAMESPACE,
  OUTSIDE_CALLER,
  OUTSIDE_NAMESPACE,
} from '../run/workloads.ts';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import { startControlProbe } from './control-plane.ts';
import { judgeLeaves } from './leaves.ts';
import { resolveCluster } from './resolve.ts';
import { LONGEST_S, type RunningProbe } from './running.ts';
import type { ScenarioProbe } from './schema.ts';

/** Observations that one agent keeps for a probe. */
const MOST_CALLS = 90_000;
/** How long a user would wait; longer than the mesh's own limit for a try, so that its errors are seen. */
const DEADLINE_MS = 2000;
/** Of the API server, on the nodes of a control plane (kubeadm). */
const API_PORT = 6443;
/** A look at a probe takes no longer: an agent that can't be reached just now goes on by itself. */
const LOOK_MS = 900;

/** Starts what a probe watches its plane by. `not-applicable` where the mesh has no such plane, or does not show it. */
export function startProbe(backend: Backend, lab: Lab, probe: ScenarioProbe): Promise<RunningProbe> {
  if (probe.plane === 'control') return startControlProbe(backend, lab, probe);
  if (probe.plane === 'certificates') return startCertificateProbe(backend, lab, probe);
  const cluster = resolveCluster(lab, probe.from);
  // No proxy stands between the API server and who has none.
  const caller =
    probe.plane === 'api'
      ? { namespace: OUTSIDE_NAMESPACE, workload: OUTSIDE_CALLER }
      : { namespace: MESH_NAMESPACE, workload: MESH_CALLER };
  const target = targetOf({ ...probe, plane: probe.plane }, lab, cluster);
  return startCalls(backend, probe, { caller: { cluster, ...caller }, target });
}

/** Starts the calls of a probe from the agent of a caller; `read` judges what came. */
async function startCalls(
  backend: Backend,
  probe: ScenarioProbe,
  { caller, target, read = (seen) => [...seen] }: Calls,
): Promise<RunningProbe> {
  const agent = await backend.agent(caller);
  const running: RunningPlan = await agent.start({
    target,
    ratePerSecond: probe.rate,
    count: Math.ceil(Math.min(probe.rate * LONGEST_S, MOST_CALLS)),
    deadlineMs: DEADLINE_MS,
  });
  await running.collect({ until: 0, timeoutMs: 30_000 });
  const startedAt = Date.now();
  const ended = () => Math.floor(((Date.now() - startedAt - DEADLINE_MS - 500) / 1000) * probe.rate);
  return {
    probe,
    cluster: caller.cluster,
    recording: () => {
      const recording = running.recording();
      return { ...recording, observations: read(recording.observations) };
    },
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

interface Calls {
  caller: CallerRef;
  target: CallTarget;
  read?: (seen: readonly Observation[]) => Observation[];
}

/** A renewal that is so many times its usual age late did not come. */
const RENEWALS_MISSED = 2;

/**
 * Watches certificates at a workload whose own lives for seconds, from outside the mesh: others live for a day, and would be
 * as valid on any game day without an authority that issues new ones. Its certificate must be valid, lead to the root that
 * was trusted at the beginning, have the workload's identity, and be followed by the next one in time.
 */
async function startCertificateProbe(
  backend: Backend,
  lab: Lab,
  probe: ScenarioProbe,
): Promise<RunningProbe> {
  const name = resolveCluster(lab, probe.from);
  const { rotation, mtls } = backend.driver;
  const cluster = lab.clusters.find((one) => one.name === name);
  if (!rotation || !cluster)
    throw new MeshproofError(
      'not-applicable',
      `${backend.driver.name} cannot shorten the life of a certificate`,
    );
  const service = { name: SHORT_LIVED_SERVICE, namespace: MESH_NAMESPACE, port: HTTP_PORT };
  const [root, host] = await Promise.all([
    mtls.trustAnchor(cluster),
    backend.clusterIp(name, service.namespace, service.name),
  ]);
  const terms = {
    identity: mtls.identity(lab.environment, service.namespace, service.name),
    root,
    overdueMs: RENEWALS_MISSED * rotation.shortLived.renewedAfterMs,
  };
  return startCalls(backend, probe, {
    caller: { cluster: name, namespace: OUTSIDE_NAMESPACE, workload: OUTSIDE_CALLER },
    // In its own cluster, so that no gateway stands in between.
    target: { ...mtls.handshake(cluster, service), protocol: 'tls', host, port: HTTP_PORT },
    read: (seen) => judgeLeaves(seen, terms),
  });
}

/** What must be deployed for the probes of a scenario beside the workloads of every run. */
export function areasFor(probes: readonly Pick<ScenarioProbe, 'plane'>[]): Area[] {
  return probes.some(({ plane }) => plane === 'certificates') ? [rotationArea] : [];
}

/** A probe of which the agent calls a service, a name or the API server. */
type Calling = Pick<ScenarioProbe, 'service' | 'connection'> & { plane: 'data' | 'dns' | 'api' };

/** What a probe calls, by the plane that it watches. */
export function targetOf({ plane, service, connection }: Calling, lab: Lab, cluster: string): CallTarget {
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
