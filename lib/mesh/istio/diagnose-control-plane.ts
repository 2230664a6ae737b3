import type { V1Pod } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import { withPodPort } from '../../probe/pod-http.ts';
import { errorMessage } from '../../support/errors.ts';
import { type Kube, openKube } from '../../support/kube.ts';
import type { ServiceName } from '../contracts.ts';
import { ISTIO_NAMESPACE } from './operator.ts';
import { hasProxy } from './proxy-admin.ts';

/** istiod's debug interface (loopback only without a token) and its metrics. */
const DEBUG_PORT = 8080;
const METRICS_PORT = 15_014;

type Service = Pick<ServiceName, 'name' | 'namespace'>;

/** istiod's `/debug/endpointShardz`: host → namespace → shards (`Kubernetes/<cluster>`) → an entry for each address and port. */
type EndpointShards = Record<string, Record<string, { Shards?: Record<string, { Addresses?: string[] }[]> }>>;

interface RemoteCluster {
  id: string;
  syncStatus: string;
}

/** What one istiod says. */
export interface ControlPlaneAnswer {
  clusters: RemoteCluster[];
  proxies: SyncedProxy[];
  certificates: { what: string; notAfter: number }[];
  /** Addresses of the service that was asked about, by cluster. */
  held?: Record<string, number>;
}

/** What the istiods of a cluster say together; without `clusters` nobody said what they watch. */
export type ControlPlaneView = Omit<ControlPlaneAnswer, 'clusters'> & {
  clusters?: RemoteCluster[];
  unreadable?: string;
};

/** One proxy in istiod's `/debug/syncz`. */
export interface SyncedProxy {
  proxy: string;
  resources?: Record<string, { sent?: string; acked?: string; lastError?: string; sentTime?: string }>;
}

/** What all istiods of a cluster say, of a service too where one is given; `unreadable` is why one of them, or all, said nothing. */
export async function controlPlaneSays(kube: Kube, service?: Service): Promise<ControlPlaneView> {
  const said = await controlPlanePods(kube).then(
    (pods) => Promise.allSettled(pods.map((pod) => instanceSays(kube, pod, service))),
    (reason: unknown) => [{ status: 'rejected' as const, reason }],
  );
  const answers = said.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const silent = said.flatMap((one) => (one.status === 'rejected' ? [errorMessage(one.reason)] : []));
  return { ...mergeAnswers(answers), ...(silent.length > 0 ? { unreadable: silent.join('; ') } : {}) };
}

async function instanceSays(kube: Kube, pod: string, service?: Service): Promise<ControlPlaneAnswer> {
  const [debug, metrics] = await Promise.all([
    withPodPort(kube, { namespace: ISTIO_NAMESPACE, pod, port: DEBUG_PORT }, async (read) => ({
      clusters: JSON.parse(await read('/debug/clusterz')) as RemoteCluster[],
      proxies: (JSON.parse(await read('/debug/syncz')) as SyncedProxy[] | null) ?? [],
      ...(service
        ? { held: heldOf(JSON.parse(await read('/debug/endpointShardz')) as EndpointShards, service) }
        : {}),
    })),
    withPodPort(kube, { namespace: ISTIO_NAMESPACE, pod, port: METRICS_PORT }, (read) => read('/metrics')),
  ]);
  return { ...debug, certificates: authorityExpiry(metrics) };
}

/** How many addresses of a service an istiod has from each cluster, whoever it gives them to. */
export function heldOf(shards: EndpointShards, { name, namespace }: Service): Record<string, number> {
  const byShard = shards[`${name}.${namespace}.svc.cluster.local`]?.[namespace]?.Shards ?? {};
  return Object.fromEntries(
    Object.entries(byShard).map(([shard, entries]) => [
      shard.replace(/^Kubernetes\//, ''),
      new Set(entries.map(({ Addresses }) => Addresses?.[0])).size,
    ]),
  );
}

/** The least that any of them has: each serves proxies of its own. */
function leastHeld(answers: readonly ControlPlaneAnswer[]): Record<string, number> | undefined {
  const views = answers.flatMap(({ held }) => (held ? [held] : []));
  if (views.length === 0) return undefined;
  const clusters = new Set(views.flatMap((view) => Object.keys(view)));
  return Object.fromEntries(
    [...clusters].map((name) => [name, Math.min(...views.map((view) => view[name] ?? 0))]),
  );
}

/** One view of all istiods: each serves proxies of its own, and a cluster is in step when it is for every one of them. */
export function mergeAnswers(answers: readonly ControlPlaneAnswer[]): ControlPlaneView {
  const watched = [
    ...Map.groupBy(
      answers.flatMap(({ clusters }) => clusters),
      ({ id }) => id,
    ).values(),
  ].flatMap((views) => {
    // One that has never heard of the cluster counts as well: then nobody has.
    const view = views.find(({ syncStatus }) => syncStatus !== 'synced') ?? views[0];
    return view && views.length === answers.length ? [view] : [];
  });
  const expiries = Map.groupBy(
    answers.flatMap(({ certificates }) => certificates),
    ({ what }) => what,
  );
  const held = leastHeld(answers);
  return {
    ...(held ? { held } : {}),
    ...(answers.length > 0 ? { clusters: watched } : {}),
    proxies: answers.flatMap(({ proxies }) => proxies),
    certificates: [...expiries].map(([what, them]) => ({
      what,
      notAfter: Math.min(...them.map(({ notAfter }) => notAfter)),
    })),
  };
}

async function controlPlanePods({ core }: Kube): Promise<string[]> {
  const { items } = await core.listNamespacedPod({ namespace: ISTIO_NAMESPACE, labelSelector: 'app=istiod' });
  const running = items.filter(
    ({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
  );
  if (running.length === 0) throw new Error('no istiod runs');
  return running.map(({ metadata }) => metadata?.name ?? '');
}

/** What istiod knows of another cluster. */
export function peerOf(name: string, hasAccess: boolean, clusters: readonly RemoteCluster[] | undefined) {
  const seen = clusters?.find(({ id }) => id === name);
  const watched = clusters === undefined || seen?.syncStatus === 'synced';
  const detail = seen ? `its status is ${seen.syncStatus}` : 'it does not list it';
  return { cluster: name, hasAccess, watched, ...(watched ? {} : { detail }) };
}

/** `type.googleapis.com/envoy.config.listener.v3.Listener` → `listener`. */
function kindOf(type: string): string {
  return (
    type
      .split('.')
      .at(-1)
      ?.replace('ClusterLoadAssignment', 'endpoints')
      .replace('RouteConfiguration', 'routes')
      .toLowerCase() ?? type
  );
}

/** What a proxy turned down, in its words. */
export function rejectionsOf({ proxy, resources = {} }: SyncedProxy): string[] {
  return Object.entries(resources).flatMap(([type, { lastError, sent, acked }]) =>
    // The error stays in the answer until the next push of the kind; it counts while that one is not confirmed.
    lastError && sent !== acked
      ? [`${proxy}: ${kindOf(type)}: ${lastError.replace(/\s+/g, ' ').trim().slice(0, 300)}`]
      : [],
  );
}

/** A push that is younger than this may still be on its way (it is confirmed within milliseconds). */
const GRACE_MS = 3000;

/** Kinds of configuration that a proxy was sent and has not confirmed; undefined or empty: all confirmed. */
export function staleOf({ proxy, resources = {} }: SyncedProxy): { proxy: string; kinds: string[] }[] {
  const kinds = Object.entries(resources).flatMap(([type, { sent, acked, sentTime }]) =>
    sent && sent !== acked && Date.now() - Date.parse(sentTime ?? '') > GRACE_MS ? [kindOf(type)] : [],
  );
  return kinds.length > 0 ? [{ proxy, kinds }] : [];
}

/** Running pods with a proxy that istiod does not list. */
export function unserved(pods: readonly V1Pod[], proxies: readonly SyncedProxy[]): string[] {
  const served = new Set(proxies.map(({ proxy }) => proxy));
  return pods
    .filter((pod) => hasProxy(pod) && pod.status?.phase === 'Running' && !pod.metadata?.deletionTimestamp)
    .map(({ metadata }) => `${metadata?.name}.${metadata?.namespace}`)
    .filter((name) => !served.has(name));
}

/** Expiry of root and signing certificate, from istiod's metrics (seconds since the epoch). */
function authorityExpiry(metrics: string): { what: string; notAfter: number }[] {
  return [
    ['the root certificate', 'citadel_server_root_cert_expiry_timestamp'],
    ['the signing certificate', 'citadel_server_cert_chain_expiry_timestamp'],
  ].flatMap(([what = '', name]) => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1];
    return value === undefined ? [] : [{ what, notAfter: Number(value) * 1000 }];
  });
}

/** Pushes that proxies turned down since their istiod started, by its pod; an error when one of them does not say. */
export async function rejections(cluster: LabCluster): Promise<Record<string, number>> {
  const kube = openKube(cluster.kubeconfig);
  const counts = await Promise.all(
    (await controlPlanePods(kube)).map(async (pod) => {
      const to = { namespace: ISTIO_NAMESPACE, pod, port: METRICS_PORT };
      const metrics = await withPodPort(kube, to, (read) => read('/metrics'));
      return [pod, sumMetric(metrics, 'pilot_total_xds_rejects')] as const;
    }),
  );
  return Object.fromEntries(counts);
}

/** Sum of a counter over its labels, in Prometheus' text format. */
export function sumMetric(metrics: string, name: string): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
