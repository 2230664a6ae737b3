import { readAccessLine } from './access-line.ts';

/** In every reason that is about a certificate. */
const REFUSED = 'CERTIFICATE_VERIFY_FAILED';
/** Envoy's words for a certificate whose subject alternative names are not those that it was told to expect. */
const OTHER_NAMES = /SAN_matcher,_certificate_SANs_are_\[([^\]]*)\]/;

/**
 * Why a proxy turned away certificates that a service's endpoints showed, by its access log in JSON: each reason once, with the
 * number of calls, the commonest first. Connections that nobody took, or that were reset, are no refusals of the proxy's.
 */
export function refusalsIn(log: string, service: { name: string; namespace: string }): string[] {
  const host = `${service.name}.${service.namespace}.svc.`;
  const reasons = log.split('\n').flatMap((line) => {
    const {
      upstream_cluster,
      upstream_host,
      upstream_transport_failure_reason: reason,
    } = readAccessLine(line) ?? {};
    if (!reason?.includes(REFUSED) || !upstream_cluster?.split('|').at(-1)?.startsWith(host)) return [];
    return [`${upstream_host ?? 'an endpoint'}: ${inWords(reason)}`];
  });
  return [...Map.groupBy(reasons, (words) => words)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([words, calls]) => `${words} (${calls.length} calls)`);
}

function inWords(reason: string): string {
  const shown = OTHER_NAMES.exec(reason)?.[1];
  if (shown !== undefined) return `its identity is ${shown}, which the proxy was not told to expect`;
  return reason
    .replace(/TLS_error(_end)?:?\|?/g, '')
    .replaceAll('_', ' ')
    .trim();
}
