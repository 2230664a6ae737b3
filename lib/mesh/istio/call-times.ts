import type { KubernetesObject } from '@kubernetes/client-node';
import type { ProxyTimes } from '../../model/call-time.ts';
import type { CallTimes } from '../tells.ts';

/** Calls with this header are logged with their times; all others cost nothing but a look for it. */
const HEADER = 'x-meshproof-times';

/** From which moment to which, in whole microseconds (Envoy, "Access logging", COMMON_DURATION). */
const duration = (from: string, to: string) => `%COMMON_DURATION(${from}:${to}:us)%`;

/**
 * An access log of its own for marked calls, in all proxies of a namespace, on both sides. `%DURATION%` and
 * x-envoy-upstream-service-time are whole milliseconds, which is more than most of the parts take.
 */
export const istioCallTimes: CallTimes = {
  header: HEADER,
  objects: (namespace) => {
    const filter: KubernetesObject & { spec: object } = {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      metadata: { name: 'meshproof-call-times', namespace },
      spec: {
        configPatches: ['SIDECAR_OUTBOUND', 'SIDECAR_INBOUND'].map((context) => ({
          applyTo: 'NETWORK_FILTER',
          match: {
            context,
            listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } } },
          },
          patch: { operation: 'MERGE', value: { typed_config: connectionManager(context) } },
        })),
      },
    };
    return [filter];
  },
  parse: parseTimes,
};

function connectionManager(context: string): object {
  return {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    access_log: [
      {
        name: 'envoy.access_loggers.file',
        filter: { header_filter: { header: { name: HEADER, present_match: true } } },
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
          path: '/dev/stdout',
          log_format: {
            json_format: {
              meshproof_times: context === 'SIDECAR_OUTBOUND' ? 'client' : 'server',
              call: '%REQ(X-REQUEST-ID)%',
              total: duration('DS_RX_BEG', 'DS_TX_END'),
              upstream: duration('US_TX_BEG', 'US_RX_END'),
              sent: '%UPSTREAM_WIRE_BYTES_SENT%',
              received: '%UPSTREAM_WIRE_BYTES_RECEIVED%',
            },
          },
        },
      },
    ],
  };
}

interface TimesLine {
  meshproof_times?: unknown;
  call?: unknown;
  total?: unknown;
  upstream?: unknown;
  sent?: unknown;
  received?: unknown;
}

/** A line of a proxy's log; undefined when it is another's, or lacks a time: that call never got to its end. */
function parseTimes(line: string): ProxyTimes | undefined {
  if (!line.includes('"meshproof_times"')) return undefined;
  let read: TimesLine;
  try {
    read = JSON.parse(line) as TimesLine;
  } catch {
    // The end of a log may be half a line.
    return undefined;
  }
  const { meshproof_times: side, call } = read;
  // A number is quoted or not, by the version of Envoy; what was not measured is `-` or null.
  const [total, upstream, sent, received] = [read.total, read.upstream, read.sent, read.received].map(
    (value) =>
      typeof value === 'number'
        ? value
        : typeof value === 'string' && /^\d+$/.test(value)
          ? Number(value)
          : undefined,
  );
  if ((side !== 'client' && side !== 'server') || typeof call !== 'string') return undefined;
  if (total === undefined || upstream === undefined) return undefined;
  return {
    side,
    call,
    totalMs: total / 1000,
    upstreamMs: upstream / 1000,
    bytesSent: sent ?? 0,
    bytesReceived: received ?? 0,
  };
}
