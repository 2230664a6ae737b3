import { isIPv4 } from 'node:net';
import type { CallTarget } from '../../../model/call-plan.ts';
import { type DnsQuery, type DnsReply, queryTcp, queryUdp } from '../dns/exchange.ts';
import { parseServer } from '../dns/resolv-conf.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { Call } from './caller.ts';
import { type CallResult, failure } from './outcome.ts';

type DnsTarget = Extract<CallTarget, { name: string }>;

/** Asks a server (default: the pod's first) for a name, one query a call: no search path, no second try. */
export function dnsCaller(target: DnsTarget, resolver: Resolver): Call {
  const server = target.server === undefined ? resolver.servers[0] : parseServer(target.server);
  const query = target.protocol === 'dns-tcp' ? queryTcp : queryUdp;
  const name = target.type === 'PTR' ? reverseName(target.name) : target.name.replace(/\.$/, '');
  return {
    send: async (deadlineAt) => {
      if (!server) return { outcome: 'dns-servfail', detail: 'no DNS server', agentFault: true };
      return ask(query, { server, name, type: target.type, deadlineAt });
    },
    close: () => {},
  };
}

async function ask(send: (query: DnsQuery) => Promise<DnsReply>, query: DnsQuery): Promise<CallResult> {
  try {
    return judge(await send(query), query.type);
  } catch (error) {
    return failure(error, 'connected');
  }
}

function judge(reply: DnsReply, type: string): CallResult {
  const { rcode, answers, ttl } = reply;
  if (rcode === 'NXDOMAIN') return { outcome: 'dns-nxdomain', detail: rcode, answers };
  if (rcode !== 'NOERROR') return { outcome: 'dns-servfail', detail: rcode, answers };
  if (answers.length === 0) {
    return { outcome: 'wrong-target', detail: `NOERROR without a record of type ${type} (NODATA)`, answers };
  }
  const detail = reply.truncated ? 'NOERROR, truncated' : 'NOERROR';
  return { outcome: 'ok', detail, answers, ...(ttl === undefined ? {} : { ttlSeconds: ttl }) };
}

/** An IPv4 address becomes its name under in-addr.arpa; a name stays. */
function reverseName(name: string): string {
  return isIPv4(name) ? `${name.split('.').toReversed().join('.')}.in-addr.arpa` : name.replace(/\.$/, '');
}
