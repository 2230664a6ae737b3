import { analyseCallTimes, CALL_ID } from '../../analysis/call-times.ts';
import type { CallTimes } from '../../mesh/tells.ts';
import type { PathTimes, ProxyTimes } from '../../model/call-time.ts';
import { MeshproofError } from '../../support/errors.ts';
import { secondsSince } from '../../support/kube.ts';
import type { Area } from '../area.ts';
import type { Backend } from '../backend.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../workloads.ts';
import { agentLoad, type AgentLoad } from './agent-load.ts';
import { footprintOf } from './containers.ts';

/** Envoy writes its log every 10 s, or when 64 kB are full. */
const LOG_WITHIN_MS = 25_000;
const LOOK_EVERY_MS = 2000;

/** What makes proxies tell the times of marked calls: there before the pods are, so that all their connections have it. */
export const callTimesArea: Area = {
  objects: ({ driver }) => driver.callTimes?.objects(MESH_NAMESPACE) ?? [],
};

/**
 * Where the time of calls goes, by path: caller, proxies, network, application. The run must have been deployed with
 * {@link callTimesArea}. Waits until the proxies have written of all answered calls, or as long as they may take; the result says
 * of how many they did. `not-applicable` where proxies do not tell.
 */
export async function measureCallTimes(backend: Backend, load: AgentLoad): Promise<PathTimes[]> {
  const { driver, clock } = backend;
  const { callTimes } = driver;
  if (!callTimes)
    throw new MeshproofError('not-applicable', `proxies of ${driver.name} do not tell the times of calls`);
  const since = clock.now();
  const recording = await agentLoad(backend, {
    ...load,
    headers: { [callTimes.header]: '1' },
    report: [CALL_ID],
  });
  const until = clock.now() + LOG_WITHIN_MS;
  for (;;) {
    const found = analyseCallTimes(recording, await readTimes(backend, callTimes, { load, since }));
    const complete = found.length > 0 && found.every(({ calls, answered }) => calls === answered);
    if (complete || clock.now() >= until) return found;
    await clock.sleep(LOOK_EVERY_MS);
  }
}

async function readTimes(
  backend: Backend,
  { parse }: CallTimes,
  { load, since }: { load: AgentLoad; since: number },
): Promise<ProxyTimes[]> {
  const { proxyContainer: container } = footprintOf(backend.lab);
  const logs = backend.lab.clusters.flatMap(({ name: cluster }) =>
    [...(cluster === load.cluster ? [MESH_CALLER] : []), load.service].map(async (app) => {
      const pods = await backend.pods(cluster, MESH_NAMESPACE, app);
      return Promise.all(
        pods.map(({ name }) =>
          backend.kube(cluster).core.readNamespacedPodLog({
            name,
            namespace: MESH_NAMESPACE,
            container,
            sinceSeconds: secondsSince(since),
          }),
        ),
      );
    }),
  );
  return (await Promise.all(logs))
    .flat()
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => parse(line) ?? []);
}
