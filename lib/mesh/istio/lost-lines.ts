import type { LostLine } from '../../model/upgrade-record.ts';
import { readAccessLine } from './access-line.ts';

type Meaning = Pick<LostLine, 'kind' | 'words'>;

/** Envoy's response flags that a lost call has (Envoy's reference, Access logging, %RESPONSE_FLAGS%), the telling ones first. */
const FLAGS: Readonly<Record<string, Meaning>> = {
  NR: { kind: 'no-configuration', words: 'the proxy had no route for it' },
  NC: { kind: 'no-configuration', words: 'the proxy did not know the service' },
  UH: { kind: 'no-endpoint', words: 'the proxy knew no endpoint that takes calls' },
  UO: { kind: 'limit', words: 'a limit of connections or requests was reached' },
  UF: { kind: 'connection', words: 'the connection was not taken' },
  UC: { kind: 'connection', words: 'the connection ended before an answer' },
  UR: { kind: 'connection', words: 'the server reset the stream' },
  LR: { kind: 'connection', words: 'the proxy reset the connection itself' },
  UPE: { kind: 'connection', words: 'the server broke the protocol' },
  UT: { kind: 'time', words: 'no answer came within the time for a try' },
  SI: { kind: 'time', words: 'the stream was idle for too long' },
  DT: { kind: 'time', words: 'the call lasted longer than it may' },
  UMSDR: { kind: 'time', words: 'the stream lasted longer than it may' },
  URX: { kind: 'connection', words: 'every try was lost' },
  DC: { kind: 'caller', words: 'the caller went away before an answer' },
  DPE: { kind: 'caller', words: 'the caller broke the protocol' },
  RL: { kind: 'limit', words: 'a rate limit was reached' },
  OM: { kind: 'limit', words: 'the proxy was short of memory' },
};

/** A connection that an end closed; which one is not logged. */
const CUT: Meaning = { kind: 'connection', words: 'the connection was closed' };

/** In the reason of a handshake that the proxy gave up over a certificate. */
const CERTIFICATE = /CERTIFICATE|certificate/;

/** Details of a local reply to a request that came while the proxy itself was ending. */
const DRAINED = /drain/i;

/** A line of a request that went well; nearly all are such. */
const WELL = /"response_code":[1-4]\d\d/;

/**
 * A line of Istio's JSON access log about a call or connection that was lost, and about each connection without requests at a
 * caller's proxy: that one was cut off has no mark of its own. Undefined for all others, most of which are not even parsed.
 */
export function readLostLine(line: string): LostLine | undefined {
  if (!line.startsWith('{') || (line.includes('"response_flags":"-"') && WELL.test(line))) return undefined;
  const entry = readAccessLine(line);
  const startedAt = Date.parse(entry?.start_time ?? '');
  if (!entry || Number.isNaN(startedAt)) return undefined;
  const [direction, , , host = ''] = entry.upstream_cluster?.split(/[|;]/) ?? [];
  const flags = (entry.response_flags ?? '-').split(',').filter((flag) => flag !== '-');
  const code = Object.keys(FLAGS).find((flag) => flags.includes(flag)) ?? flags[0] ?? '';
  const status = entry.response_code ?? 0;
  const cut = code === '' && status === 0 && entry.protocol === null && direction === 'outbound';
  if (code === '' && status < 500 && !cut) return undefined;
  const reason = entry.upstream_transport_failure_reason;
  return {
    startedAt,
    endedAt: startedAt + (entry.duration ?? 0),
    side: direction === 'inbound' ? 'server' : 'client',
    requestId: entry.request_id ?? '',
    service: host || (entry.authority ?? '').replace(/:\d+$/, ''),
    port: Number(/:(\d+)$/.exec(entry.downstream_local_address ?? '')?.[1] ?? 0),
    upstream: entry.upstream_host ?? '',
    code,
    ...(cut
      ? CUT
      : meaningOf(code, status, { reason: reason ?? '', details: entry.response_code_details ?? '' })),
  };
}

function meaningOf(
  code: string,
  status: number,
  { reason, details }: { reason: string; details: string },
): Meaning {
  if (CERTIFICATE.test(reason))
    return { kind: 'certificate', words: `a certificate was turned away: ${spaced(reason)}` };
  if (code === '') return { kind: 'passed-on', words: `the server's side answered ${status}` };
  const { kind, words } = FLAGS[code] ?? { kind: 'connection', words: `the proxy says ${code}` };
  const more = [reason, DRAINED.test(details) ? details : ''].filter((one) => one !== '').map(spaced);
  return { kind, words: [words, ...more].join(': ') };
}

function spaced(text: string): string {
  return text
    .replace(/TLS_error(_end)?:?\|?/g, '')
    .replaceAll('_', ' ')
    .trim();
}
