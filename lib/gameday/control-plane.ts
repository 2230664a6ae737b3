import { createHash } from 'node:crypto';
import type { ServiceName } from '../mesh/contracts.ts';
import type { Pushes, TakenUp } from '../mesh/tells.ts';
import type { Recording } from '../model/call-plan.ts';
import type { Lab } from '../model/lab.ts';
import { openPodPort, type Read } from '../probe/pod-http.ts';
import type { Backend } from '../run/backend.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../run/workloads.ts';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import { apply } from '../support/kube.ts';
import { startPushing } from './pushing.ts';
import { resolveCluster } from './resolve.ts';
import { LONGEST_S, type RunningProbe } from './running.ts';
import type { ScenarioProbe } from './schema.ts';

/** A change that no proxy has by then counts as lost. Istiod alone may hold one back for ten times its usual 0.1 s. */
const DEADLINE_MS = 5000;
/** Between two looks; a proxy says itself when it took a change up, so that looks may be seldom. */
const LOOK_EVERY_MS = 500;

type PushedService = Pick<ServiceName, 'name' | 'namespace'>;

/**
 * Watches the control plane at work: changes a service that nobody calls, again and again, in one cluster, and asks the proxy
 * of the caller in another, or in the same, which change it has. Active, because a control plane that has nothing to say and one that is cut
 * off look the same to a proxy; and no more than one small write per change, and one open port-forward for all looks.
 * The object is in the journal of changes before it is made, so that a sweep removes it. `not-applicable` where proxies do not tell.
 */
export async function startControlProbe(
  backend: Backend,
  lab: Lab,
  probe: ScenarioProbe,
): Promise<RunningProbe> {
  const cluster = resolveCluster(lab, probe.from);
  const source = resolveCluster(lab, probe.changesIn ?? probe.from);
  const { pushes } = backend.driver;
  if (!pushes)
    throw new MeshproofError(
      'not-applicable',
      `${backend.driver.name} does not show what its proxies are told`,
    );
  const name = createHash('sha256').update(probe.name).digest('hex').slice(0, 8);
  const service = { name: `pushes-${name}`, namespace: MESH_NAMESPACE };
  const agent = await backend.agent({ cluster, namespace: MESH_NAMESPACE, workload: MESH_CALLER });
  const own = backend.changes(`gameday probe ${probe.name}`);
  await own.apply(source, [pushes.change(service, 0)]);
  const clock = await agent.clock();
  const proxy = proxyReader(backend, cluster, pushes, service);
  const count = Math.ceil(LONGEST_S * probe.rate);
  const pushing = startPushing({
    everyMs: 1000 / probe.rate,
    count,
    deadlineMs: DEADLINE_MS,
    lookEveryMs: LOOK_EVERY_MS,
    change: (generation) => apply(backend.kube(source), [pushes.change(service, generation)]),
    server: `the API server of ${source}`,
    // When a proxy took a change up is dated by its node's clock.
    ask: async () => {
      const taken = await proxy.read();
      return taken && { ...taken, since: taken.since - clock.offsetMs };
    },
  });
  const remove = async () => {
    await pushing.stop();
    await proxy.close();
    await own.revert();
  };
  return {
    probe,
    cluster,
    recording: (): Recording => ({
      plan: {
        id: service.name,
        target: { protocol: 'http', url: proxy.url, connection: 'pooled' },
        ratePerSecond: probe.rate,
        count,
        deadlineMs: DEADLINE_MS,
      },
      caller: agent.place,
      ...pushing.seen(),
      // All its times are on our own clock.
      clockOffsetMs: 0,
      clockUncertaintyMs: clock.uncertaintyMs,
    }),
    look: async () => proxy.trouble(),
    async finish() {
      await pushing.finish();
      await remove();
    },
    remove,
  };
}

/** Asks the caller's proxy over a connection that stays open; looks for its pod anew when that fails. */
function proxyReader(backend: Backend, cluster: string, { page }: Pushes, service: PushedService) {
  const path = page.path(service);
  let open: { read: Read; close: () => Promise<void> } | undefined;
  let trouble: string | undefined;
  const close = async () => {
    const closing = open;
    open = undefined;
    await closing?.close();
  };
  return {
    url: `http://127.0.0.1:${page.port}${path}`,
    trouble: () => trouble,
    close,
    /** What the proxy has, of generation -1 while that is nothing; undefined when it could not be asked. */
    async read(): Promise<TakenUp | undefined> {
      try {
        const pod = open ? '' : await podOf(backend, cluster);
        open ??= await openPodPort(backend.kube(cluster), {
          namespace: MESH_NAMESPACE,
          pod,
          port: page.port,
        });
        const taken = page.read(await open.read(path));
        trouble = undefined;
        return taken ?? { generation: -1, since: Date.now() };
      } catch (error) {
        trouble = errorMessage(error);
        await close();
        return undefined;
      }
    },
  };
}

async function podOf(backend: Backend, cluster: string): Promise<string> {
  const [pod] = await backend.pods(cluster, MESH_NAMESPACE, MESH_CALLER);
  if (pod) return pod.name;
  throw new MeshproofError('environment', `${cluster}: no pod of ${MESH_CALLER} runs`);
}
