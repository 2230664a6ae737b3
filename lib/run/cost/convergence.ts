import { analyseConvergence, type PushedChange } from '../../analysis/convergence.ts';
import type { Pushes } from '../../mesh/tells.ts';
import type { Convergence } from '../../model/cost-report.ts';
import { openPodPort, type Read } from '../../probe/pod-http.ts';
import { MeshproofError } from '../../support/errors.ts';
import { apply, waitFor } from '../../support/kube.ts';
import type { Log } from '../../support/log.ts';
import type { Backend } from '../backend.ts';
import { MESH_CALLER, MESH_NAMESPACE, SHARED_SERVICE } from '../workloads.ts';
import { openBallast } from './ballast.ts';

/** The service that is changed, and which no pod is behind: each cluster its own, since those of one name are one to the mesh. */
const markerOf = (cluster: string) => ({ name: `marker-${cluster}`, namespace: MESH_NAMESPACE });
/** Istiod gives up waiting for quiet after 10 s; a proxy that has nothing three times as long after is cut off, unless more is allowed. */
const DEADLINE_MS = 30_000;
/** Proxies date what they take up themselves: looks may be seldom. */
const LOOK_EVERY_MS = 250;

export interface ConvergenceOptions {
  run: string;
  /** Sizes, in services. */
  sizes: readonly number[];
  /** Changes at each size, in turns from every cluster. */
  changes: number;
  log: Log;
}

/**
 * How long a change of a service takes until every proxy of callers and called has it, in all clusters, while the mesh holds more
 * and more services. Counted from before the change is sent to its API server, so that its watch, the control plane's pause for
 * more changes, and the push are in it. The services are made for this and removed; `not-applicable` where proxies do not tell.
 */
export async function measureConvergence(
  backend: Backend,
  { run, sizes, changes, log }: ConvergenceOptions,
): Promise<Convergence[]> {
  const { driver, lab } = backend;
  const { pushes } = driver;
  if (!pushes)
    throw new MeshproofError('not-applicable', `${driver.name} does not show what its proxies are told`);
  await using proxies = await openProxies(backend, pushes);
  const undo = await Promise.all(
    lab.clusters.map(({ name }) => backend.apply([name], [pushes.change(markerOf(name), 0)])),
  );
  const ballast = await openBallast(lab, run);
  try {
    const generations = { last: 0 };
    const deadlineMs = Math.max(DEADLINE_MS, lab.environment.budgets.propagationMs);
    const make = () => pushed(backend, { pushes, proxies: proxies.all, generations, deadlineMs });
    const found: Convergence[] = [];
    for (const size of sizes.toSorted((a, b) => a - b)) {
      await ballast.grow(size);
      // What came with the services themselves must be through before anything is timed.
      for (const { name } of lab.clusters) await make()(name);
      const seen: PushedChange[] = [];
      for (let index = 0; index < changes; index += 1) {
        const { name = '' } = lab.clusters[index % lab.clusters.length] ?? {};
        seen.push(await make()(name));
      }
      const one = analyseConvergence(size, seen);
      log.info(`${size} services: ${Math.round(one.all.median ?? Number.NaN)} ms to ${one.proxies} proxies`);
      found.push(one);
    }
    return found;
  } finally {
    await ballast.remove();
    await Promise.all(undo.map((one) => one()));
  }
}

interface Proxy {
  cluster: string;
  name: string;
  read: Read;
  /** The clock of its node minus ours. */
  offsetMs: number;
}

/** Makes one change in a cluster, and waits until all proxies have it or the time is over. */
function pushed(
  backend: Backend,
  {
    pushes,
    proxies,
    generations,
    deadlineMs,
  }: { pushes: Pushes; proxies: readonly Proxy[]; generations: { last: number }; deadlineMs: number },
): (source: string) => Promise<PushedChange> {
  const { page } = pushes;
  return async (source) => {
    const generation = (generations.last += 1);
    const marker = markerOf(source);
    const sentAt = Date.now();
    await apply(backend.kube(source), [pushes.change(marker, generation)]);
    const waits = proxies.map(async ({ cluster, name, read, offsetMs }) => {
      const has = async () => {
        const taken = page.read(await read(page.path(marker)));
        return taken !== undefined && taken.generation >= generation && taken;
      };
      const taken = await waitFor(`${name} has change ${generation}`, has, {
        timeoutMs: deadlineMs,
        everyMs: LOOK_EVERY_MS,
      }).catch(() => undefined);
      return { cluster, proxy: name, at: taken && taken.since - offsetMs };
    });
    return { source, sentAt, taken: await Promise.all(waits) };
  };
}

/** Ways to the proxies of the caller and the shared service in every cluster, with the clocks of their nodes. */
async function openProxies(backend: Backend, { page }: Pushes): Promise<{ all: Proxy[] } & AsyncDisposable> {
  const closing: (() => Promise<void>)[] = [];
  const close = async () => void (await Promise.all(closing.map((one) => one())));
  try {
    const opened = backend.lab.clusters.flatMap(({ name: cluster }) =>
      [MESH_CALLER, SHARED_SERVICE].map(async (workload): Promise<Proxy[]> => {
        const pods = await backend.pods(cluster, MESH_NAMESPACE, workload);
        return Promise.all(
          pods.map(async ({ name: pod }) => {
            const agent = await backend.agent({ cluster, namespace: MESH_NAMESPACE, workload, pod });
            const { offsetMs } = await agent.clock();
            const to = { namespace: MESH_NAMESPACE, pod, port: page.port };
            const { read, close } = await openPodPort(backend.kube(cluster), to);
            closing.push(close);
            return { cluster, name: pod, read, offsetMs };
          }),
        );
      }),
    );
    return { all: (await Promise.all(opened)).flat(), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
