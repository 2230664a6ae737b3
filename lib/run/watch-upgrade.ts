import { Writable } from 'node:stream';
import {
  type Informer,
  type KubernetesListObject,
  type KubernetesObject,
  Log as PodLog,
  makeInformer,
  type V1EndpointSlice,
  type V1Pod,
} from '@kubernetes/client-node';
import type { Lab, LabCluster } from '../model/lab.ts';
import type { PodEvent, PodRole, UpgradeRecord } from '../model/upgrade-record.ts';
import { errorMessage } from '../support/errors.ts';
import { ignoreMissing, type Kube, openKube, secondsSince } from '../support/kube.ts';
import { upgradeOf } from './mesh-change.ts';
import { AGENT_CONTAINER } from './agent-objects.ts';
import { listedIn, podChanges } from './pod-changes.ts';
import { readWait } from './processor-waits.ts';
import { RUN_LABEL } from './workloads.ts';

/** Watches pods and their proxies' logs; what it has so far can be asked for at any time. */
export interface UpgradeWatch extends AsyncDisposable {
  record(): UpgradeRecord;
}

/**
 * Watches everything that calls of Meshproof's workloads pass, in every cluster: pods of workloads, gateways and control planes,
 * the addresses that take calls, and what proxies log of lost calls. Returns once every watch stands. Logs are followed, since
 * those of a pod that ends are gone with it.
 */
export async function watchUpgrade(lab: Lab): Promise<UpgradeWatch> {
  const record: UpgradeRecord = { events: [], lines: [], waits: [], unread: [] };
  const stops: (() => unknown)[] = [];
  const close = async () => void (await Promise.allSettled(stops.splice(0).map(async (stop) => stop())));
  try {
    await Promise.all(lab.clusters.map((cluster) => watchCluster(lab, cluster, record, stops)));
  } catch (error) {
    await close();
    throw error;
  }
  return { record: () => structuredClone(record), [Symbol.asyncDispose]: close };
}

async function watchCluster(
  lab: Lab,
  cluster: LabCluster,
  record: UpgradeRecord,
  stops: (() => unknown)[],
): Promise<void> {
  const kube = openKube(cluster.kubeconfig);
  const { gateways, controlPlane, readLostLine, proxyContainer, proxyProgram } = upgradeOf(lab);
  const { items: own } = await kube.core.listNamespace({ labelSelector: RUN_LABEL });
  const namespaces = own.flatMap(({ metadata }) => metadata?.name ?? []);
  const roleOf = ({ metadata }: V1Pod): PodRole | undefined => {
    const { namespace = '', labels = {} } = metadata ?? {};
    if (namespaces.includes(namespace)) return 'workload';
    const is = (one: { namespace: string; app: string }) =>
      one.namespace === namespace && one.app === labels['app'];
    return is(gateways) ? 'gateway' : is(controlPlane) ? 'control-plane' : undefined;
  };
  const followed = new Set<string>();
  const known = new Map<string, V1Pod>();
  const listen = (pod: V1Pod, container: string, keep: (line: string) => boolean) => {
    const runs = [
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.containerStatuses ?? []),
    ].some(({ name, state }) => name === container && state?.running);
    const key = `${pod.metadata?.uid}/${container}`;
    if (!runs || followed.has(key)) return;
    followed.add(key);
    // After a connection that was cut off, some lines come again.
    const kept = new Set<string>();
    const once = (line: string) => {
      if (!kept.has(line) && keep(line)) kept.add(line);
    };
    follow(kube, pod, container, once, { stops, since: Date.now() }).catch((error: unknown) => {
      record.unread.push(`${cluster.name}: log of ${pod.metadata?.name}: ${errorMessage(error)}`);
    });
  };
  const heard = (pod: V1Pod, gone = false) => {
    const role = roleOf(pod);
    const uid = pod.metadata?.uid ?? '';
    if (!role) return;
    for (const change of podChanges(known.get(uid), gone ? undefined : pod))
      record.events.push({ at: Date.now(), cluster: cluster.name, ...identityOf(pod), role, ...change });
    if (gone) known.delete(uid);
    else known.set(uid, pod);
    if (gone) return;
    const where = { cluster: cluster.name, pod: pod.metadata?.name ?? '' };
    listen(pod, proxyContainer, (line) => {
      const lost = readLostLine?.(line);
      if (lost) record.lines.push({ ...lost, ...where });
      return lost !== undefined;
    });
    if (role !== 'workload') return;
    listen(pod, AGENT_CONTAINER, (line) => {
      const wait = readWait(line, ['agent', proxyProgram]);
      if (wait) record.waits.push({ ...wait, ...where });
      return wait !== undefined;
    });
  };
  const pods = [...new Set([...namespaces, gateways.namespace, controlPlane.namespace])].map((namespace) => {
    const informer = makeInformer<V1Pod>(kube.config, `/api/v1/namespaces/${namespace}/pods`, () =>
      kube.core.listNamespacedPod({ namespace }),
    );
    informer.on('add', (pod) => heard(pod));
    informer.on('update', (pod) => heard(pod));
    informer.on('delete', (pod) => heard(pod, true));
    return informer;
  });
  const slices = namespaces.map((namespace) => watchSlices(kube, namespace, cluster.name, record, known));
  for (const informer of [...pods, ...slices]) await keepStarted(informer, stops);
}

function watchSlices(
  kube: Kube,
  namespace: string,
  cluster: string,
  record: UpgradeRecord,
  pods: ReadonlyMap<string, V1Pod>,
): Informer<KubernetesObject> {
  const listed = new Map<string, Set<string>>();
  const informer = makeInformer<V1EndpointSlice>(
    kube.config,
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    (): Promise<KubernetesListObject<V1EndpointSlice>> =>
      kube.discovery.listNamespacedEndpointSlice({ namespace }),
  );
  const heard = (slice: V1EndpointSlice, gone = false) => {
    const name = slice.metadata?.name ?? '';
    const before = listed.get(name) ?? new Set<string>();
    const now = gone ? new Set<string>() : listedIn(slice);
    listed.set(name, now);
    const say = (address: string, what: 'listed' | 'unlisted') => {
      const pod = [...pods.values()].find(({ status }) => status?.podIP === address);
      if (!pod) return;
      record.events.push({ at: Date.now(), cluster, ...identityOf(pod), role: 'workload', what });
    };
    for (const address of before) if (!now.has(address)) say(address, 'unlisted');
    for (const address of now) if (!before.has(address)) say(address, 'listed');
  };
  informer.on('add', (slice) => heard(slice));
  informer.on('update', (slice) => heard(slice));
  informer.on('delete', (slice) => heard(slice, true));
  return informer;
}

/** An informer ends with its connection, which an API server ends now and then; it lists anew when started again. */
async function keepStarted(informer: Informer<KubernetesObject>, stops: (() => unknown)[]): Promise<void> {
  let over = false;
  stops.push(() => {
    over = true;
    return informer.stop();
  });
  informer.on('error', () => {
    if (!over) setTimeout(() => void informer.start().catch(() => undefined), 1000);
  });
  await informer.start();
}

function identityOf({ metadata, status }: V1Pod): Pick<PodEvent, 'namespace' | 'pod' | 'app' | 'address'> {
  return {
    namespace: metadata?.namespace ?? '',
    pod: metadata?.name ?? '',
    app: metadata?.labels?.['app'] ?? '',
    address: status?.podIP ?? '',
  };
}

/** Gives every line that a container logs from then on; a line may come twice where the connection was cut off in between. */
async function follow(
  kube: Kube,
  pod: V1Pod,
  container: string,
  keep: (line: string) => void,
  { stops, since }: { stops: (() => unknown)[]; since: number },
): Promise<void> {
  let rest = '';
  let latest = since;
  const stream = new Writable({
    write(chunk, _, done) {
      latest = Date.now();
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(keep);
      done();
    },
  });
  const { namespace = '', name = '' } = pod.metadata ?? {};
  const cutOff = Promise.withResolvers<void>();
  // client-node keeps what it reads from to itself, and leaves its errors, such as five minutes of silence, to nobody.
  stream.once('pipe', (source) => source.on('error', () => cutOff.resolve()));
  stream.once('finish', () => cutOff.reject(new Error('the container ended')));
  const aborter = await new PodLog(kube.config).log(namespace, name, container, stream, {
    follow: true,
    sinceSeconds: secondsSince(since),
  });
  let over = false;
  stops.push(() => {
    over = true;
    aborter.abort();
  });
  const ended = await cutOff.promise.then(
    () => over,
    () => true,
  );
  if (ended || !(await ignoreMissing(kube.core.readNamespacedPod({ namespace, name })))) return;
  await follow(kube, pod, container, keep, { stops, since: latest });
}
