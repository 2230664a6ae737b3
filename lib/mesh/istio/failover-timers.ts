import type { LabCluster } from '../../model/lab.ts';
import { parseDuration } from '../../model/duration.ts';
import type { FailoverTimers } from '../../model/environment.ts';
import { openKube } from '../../support/kube.ts';
import type { ServiceName } from '../contracts.ts';
import type { FailoverReading, LiveTimers } from '../tells.ts';
import { ISTIO_NAMESPACE } from './operator.ts';
import { outboundOf, parseUpstreams, upstreamsPath, withAdmin } from './proxy-admin.ts';

const ENDLESS = Number.POSITIVE_INFINITY;
/** Envoy's own defaults (config.cluster.v3.Cluster and OutlierDetection). */
const ENVOY = { connectTimeout: '5s', consecutiveErrors: 5, interval: '10s', base: '30s', percent: 10 };
/** Istiod's own defaults (pilot/pkg/features: PILOT_DEBOUNCE_AFTER, PILOT_DEBOUNCE_MAX). */
const DEBOUNCE = { after: '100ms', atMost: '10s' };

/** Timers as the proxy of the caller has them: whatever rule they came from, and only what reached it. */
export const istioFailover: FailoverReading = {
  read: (cluster, caller, service) =>
    withAdmin(cluster, caller, async (read) => {
      const host = `${service.name}.${service.namespace}.svc.cluster.local`;
      const named = (names: string) => `name_regex=${encodeURIComponent(names)}`;
      const upstream = `^outbound\\|${service.port}\\|\\|${host.replaceAll('.', '\\.')}$`;
      const [clusters, routes, upstreams] = await Promise.all([
        read(`/config_dump?resource=dynamic_active_clusters&${named(upstream)}`),
        read(`/config_dump?resource=dynamic_route_configs&${named(`^${service.port}$`)}`),
        read(upstreamsPath(`outbound.${service.port}.*${service.name}.${service.namespace}.svc`)),
      ]);
      return { timers: timersIn(clusters, routes, host), endpoints: endpointsIn(upstreams, service) };
    }),
  async pushDelay(cluster: LabCluster) {
    const { apps } = openKube(cluster.kubeconfig);
    const istiod = await apps.readNamespacedDeployment({ namespace: ISTIO_NAMESPACE, name: 'istiod' });
    const env = istiod.spec?.template.spec?.containers.flatMap((container) => container.env ?? []) ?? [];
    const setting = (name: string, usual: string) =>
      parseDuration(env.find((one) => one.name === name)?.value ?? usual) ?? ENDLESS;
    return {
      afterMs: setting('PILOT_DEBOUNCE_AFTER', DEBOUNCE.after),
      atMostMs: setting('PILOT_DEBOUNCE_MAX', DEBOUNCE.atMost),
    };
  },
};

interface OutlierDump {
  consecutive_5xx?: number;
  consecutive_gateway_failure?: number;
  enforcing_consecutive_gateway_failure?: number;
  interval?: string;
  base_ejection_time?: string;
  max_ejection_percent?: number;
}

interface ClusterDump {
  configs?: { cluster?: { connect_timeout?: string; outlier_detection?: OutlierDump } }[];
}

interface RouteDump {
  configs?: {
    route_config?: {
      virtual_hosts?: {
        domains?: string[];
        routes?: { route?: { retry_policy?: { num_retries?: number; per_try_timeout?: string } } }[];
      }[];
    };
  }[];
}

/** Reads what the proxy says of one service: its cluster, and its route, the first that matches the host. */
export function timersIn(clusters: string, routes: string, host: string): FailoverTimers {
  const { configs: [dumped] = [] } = JSON.parse(clusters) as ClusterDump;
  const hosts = ((JSON.parse(routes) as RouteDump).configs ?? []).flatMap(
    ({ route_config: config }) => config?.virtual_hosts ?? [],
  );
  const ours = hosts.find(({ domains }) => domains?.includes(host));
  const retry = ours?.routes?.[0]?.route?.retry_policy;
  const outlier = dumped?.cluster?.outlier_detection;
  const ms = (text: string | undefined, usual: string) =>
    milliseconds(text) ?? milliseconds(usual) ?? ENDLESS;
  return {
    tryTimeoutMs: milliseconds(retry?.per_try_timeout) ?? ENDLESS,
    connectTimeoutMs: ms(dumped?.cluster?.connect_timeout, ENVOY.connectTimeout),
    // Envoy's default where a policy names no number (config.route.v3.RetryPolicy).
    retries: retry ? (retry.num_retries ?? 1) : 0,
    outlierDetection: {
      consecutiveErrors: outlier ? errorsThatEject(outlier) : ENDLESS,
      intervalMs: ms(outlier?.interval, ENVOY.interval),
      baseEjectionMs: ms(outlier?.base_ejection_time, ENVOY.base),
      maxEjectionPercent: outlier ? (outlier.max_ejection_percent ?? ENVOY.percent) : 0,
    },
  };
}

/** A lost endpoint makes errors of both kinds: the smaller count of those that eject at all; 0 stands for never. */
function errorsThatEject(outlier: OutlierDump): number {
  const byGateway = outlier.enforcing_consecutive_gateway_failure ?? 0;
  const counts = [
    outlier.consecutive_5xx ?? ENVOY.consecutiveErrors,
    byGateway > 0 ? (outlier.consecutive_gateway_failure ?? ENVOY.consecutiveErrors) : 0,
  ];
  return Math.min(...counts.map((count) => (count === 0 ? ENDLESS : count)));
}

/** A duration in protobuf's JSON (`1s`, `0.250s`); 0 means none, as in Envoy's timeouts. */
function milliseconds(text: string | undefined): number | undefined {
  const ms = text === undefined ? undefined : parseDuration(text);
  return ms === 0 ? undefined : ms;
}

/** The endpoints of the service that get calls while all are healthy: those of the first priority. */
export function endpointsIn(body: string, service: ServiceName): LiveTimers['endpoints'] {
  const all = parseUpstreams(body)
    .filter(({ name }) => outboundOf(service, service.port).test(name))
    .flatMap(({ endpoints }) => endpoints);
  const first = Math.min(...all.map(({ priority }) => priority));
  return all
    .filter(({ priority }) => priority === first)
    .map(({ address, weight }) => ({ address: address.replace(/:\d+$/, ''), weight }));
}
