import type { LabCluster } from '../../model/lab.ts';
import type { PodName, ServiceName } from '../contracts.ts';
import type { GoldenCount, LoggedCall, Telemetry } from '../tells.ts';
import { readAccessLine } from './access-line.ts';
import { outboundOf, parseUpstreams, sumStats, upstreamsPath, withAdmin } from './proxy-admin.ts';

/** Counters and access log of Envoy; golden metrics where the proxy has Istio's own stats filter. */
export const telemetry: Telemetry = {
  // Istio leaves nearly all counters of upstreams out of its proxies' statistics, these too.
  callers: {
    annotations: {
      'proxy.istio.io/config':
        'proxyStatsMatcher:\n  inclusionRegexps: ["cluster\\\\.outbound.*upstream_rq_retry"]\n',
    },
  },
  outbound: (cluster, pod, service) =>
    withAdmin(cluster, pod, async (read) => {
      const filter = `outbound.${service.port}.*${service.name}.${service.namespace}.svc`;
      const [upstreams, retries] = await Promise.all([
        read(upstreamsPath(filter)).then(parseUpstreams),
        read(`/stats?filter=${encodeURIComponent(`^cluster.${filter}.*upstream_rq_retry$`)}`),
      ]);
      const ours = upstreams.filter(({ name }) => outboundOf(service, service.port).test(name));
      const endpoints = ours.flatMap((upstream) =>
        upstream.endpoints.map(({ address, region, requests }) => ({ address, region, requests })),
      );
      return { endpoints, retries: sumStats(retries) };
    }),
  inbound: (cluster, pod, port) =>
    withAdmin(cluster, pod, async (read) => {
      const upstreams = parseUpstreams(await read(upstreamsPath(`inbound.${port}`)));
      return upstreams
        .filter(({ name }) => name.startsWith(`inbound|${port}|`))
        .flatMap(({ endpoints }) => endpoints)
        .reduce((sum, { requests }) => sum + requests, 0);
    }),
  golden,
  parseLog,
};

/** Name of the filter in a proxy's list of extensions. */
const STATS_FILTER = /"(istio\.stats|envoy\.filters\.http\.istio_stats)"/;

async function golden(
  cluster: LabCluster,
  pod: PodName,
  { name, namespace }: ServiceName,
): Promise<{ unable: string } | { counts: GoldenCount[] }> {
  return withAdmin(cluster, pod, async (read) => {
    const counts = parseGolden(
      await read('/stats/prometheus?filter=istio_requests_total'),
      `${name}.${namespace}`,
    );
    if (counts.length > 0) return { counts };
    const info = await read('/server_info');
    const { version = 'unknown' } = JSON.parse(info) as { version?: string };
    // Looked for, not assumed: a proxy that has the filter and shows nothing breaks the promise.
    if (STATS_FILTER.test(info)) return { counts };
    return {
      unable: `the proxy (Envoy ${version.split('/')[1] ?? version}) has no stats filter of Istio's`,
    };
  });
}

/** Rows of `istio_requests_total` that a caller reported for a service, in Prometheus' text format. */
export function parseGolden(text: string, service: string): GoldenCount[] {
  return text.split('\n').flatMap((line): GoldenCount[] => {
    const [, labels, value] = /^istio_requests_total\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (labels === undefined) return [];
    const label = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (label('reporter') !== 'source' || !label('destination_service').startsWith(service)) return [];
    return [
      { source: label('source_cluster'), destination: label('destination_cluster'), requests: Number(value) },
    ];
  });
}

/** A line of Istio's JSON access log (meshConfig.accessLogEncoding: JSON); the mode of its fields is Istio's default. */
export function parseLog(line: string): LoggedCall | undefined {
  const entry = readAccessLine(line);
  if (!entry) return undefined;
  const [direction, , , host = ''] = entry.upstream_cluster?.split(/[|;]/) ?? [];
  if (direction !== 'inbound' && direction !== 'outbound') return undefined;
  return {
    side: direction === 'inbound' ? 'server' : 'client',
    requestId: entry.request_id ?? '',
    path: entry.path ?? '',
    status: entry.response_code ?? 0,
    service: host || (entry.authority ?? ''),
    upstream: entry.upstream_host ?? '',
  };
}
