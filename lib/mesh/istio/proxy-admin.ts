import type { V1Pod } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import type { Read } from '../../probe/pod-http.ts';
import { withPodPort } from '../../probe/pod-http.ts';
import { openKube } from '../../support/kube.ts';

/** Envoy's admin interface, on the loopback of every pod with a sidecar. */
export const ADMIN_PORT = 15_000;
/** Name of the sidecar's container. */
export const PROXY_CONTAINER = 'istio-proxy';

/** An upstream of a proxy with its endpoints, as `/clusters?format=json` (admin.v3.Clusters) tells of it. */
export interface Upstream {
  name: string;
  endpoints: UpstreamEndpoint[];
}

export interface UpstreamEndpoint {
  /** `address:port`. */
  address: string;
  healthy: boolean;
  why?: string;
  requests: number;
  succeeded: number;
  failed: number;
  connectFailed: number;
  region: string;
  /** Share of the calls that it gets, relative to the others of the same priority. */
  weight: number;
  /** 0 is used while it is healthy; the others wait. */
  priority: number;
}

/** True for a pod that has a sidecar, as a container or as a native sidecar. */
export function hasProxy({ spec }: V1Pod): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(
    ({ name }) => name === PROXY_CONTAINER,
  );
}

/** Reads the admin interface of a pod's proxy. */
export function withAdmin<T>(
  cluster: LabCluster,
  pod: { namespace: string; name: string },
  use: (read: Read) => Promise<T>,
): Promise<T> {
  const to = { namespace: pod.namespace, pod: pod.name, port: ADMIN_PORT };
  return withPodPort(openKube(cluster.kubeconfig), to, use);
}

/** Path of the upstreams whose name fits; a proxy that does not know the filter (before 1.36) tells of all. */
export function upstreamsPath(filter: string): string {
  return `/clusters?format=json&filter=${encodeURIComponent(filter)}`;
}

/** Names of a service's upstreams end like this: `outbound|8080|subset|name.namespace.svc.cluster.local`. */
export function outboundOf(service: { name: string; namespace: string }, port?: number): RegExp {
  const host = `${service.name}.${service.namespace}.svc.cluster.local`.replaceAll('.', '\\.');
  return new RegExp(`^outbound\\|${port ?? '\\d+'}\\|[^|]*\\|${host}$`);
}

interface AdminClusters {
  cluster_statuses?: {
    name?: string;
    host_statuses?: {
      address?: { socket_address?: { address?: string; port_value?: number } };
      health_status?: Record<string, string | boolean>;
      stats?: { name?: string; value?: string }[];
      locality?: { region?: string };
      weight?: number;
      priority?: number;
    }[];
  }[];
}

/** Reads the answer of {@link upstreamsPath}. */
export function parseUpstreams(body: string): Upstream[] {
  const { cluster_statuses: clusters = [] } = JSON.parse(body) as AdminClusters;
  return clusters.map(({ name = '', host_statuses: hosts = [] }) => ({
    name,
    endpoints: hosts.map(({ address, health_status: health = {}, stats = [], ...rest }) => {
      // A counter that is zero has no value in the answer.
      const counted = (stat: string) => Number(stats.find((one) => one.name === stat)?.value ?? 0);
      const { eds_health_status: eds = 'HEALTHY', ...flags } = health;
      const ill = Object.keys(flags).filter((flag) => flags[flag] === true);
      const why = [...ill, ...(eds === 'HEALTHY' ? [] : [String(eds)])].join(', ');
      const socket = address?.socket_address;
      return {
        address: `${socket?.address ?? '?'}:${socket?.port_value ?? '?'}`,
        healthy: why === '',
        ...(why === '' ? {} : { why }),
        requests: counted('rq_total'),
        succeeded: counted('rq_success'),
        failed: counted('rq_error'),
        connectFailed: counted('cx_connect_fail'),
        region: rest.locality?.region ?? '',
        weight: rest.weight ?? 1,
        priority: rest.priority ?? 0,
      };
    }),
  }));
}

/** Sum of the counters in a text of `/stats` (`name: number` a line). */
export function sumStats(body: string): number {
  return body
    .split('\n')
    .map((line) => Number(/: (\d+)$/.exec(line)?.[1] ?? 0))
    .reduce((sum, value) => sum + value, 0);
}

interface AdminCertificates {
  certificates?: { cert_chain?: { expiration_time?: string }[] }[];
}

/** When the first certificate of a proxy expires (`/certs`), milliseconds since the epoch; undefined when it has none. */
export function parseExpiry(body: string): number | undefined {
  const { certificates = [] } = JSON.parse(body) as AdminCertificates;
  const times = certificates
    .flatMap(({ cert_chain: chain = [] }) => chain)
    .flatMap(({ expiration_time: time }) => (time === undefined ? [] : [Date.parse(time)]));
  return times.length === 0 ? undefined : Math.min(...times);
}
