import { isIP, isIPv4 } from 'node:net';
import type { CallTarget } from '../../../model/call-plan.ts';
import { type DnsQuery, type DnsReply, queryTcp, queryUdp } from '../dns/exchange.ts';
import { parseServer } from '../dns/resolv-conf.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { Call } from './caller.ts';
import { type CallResult, failure } from './outcome.ts';

type DnsTarget = Extract<CallTarget, { name: string }>;
type Query = (query: DnsQuery) => Promise<DnsReply>;

/**
 * Asks a server (default: the pod's first) for a name, one query a call and no second try. With `search` it asks as a
 * stub resolver does: through the search path, and over TCP when an answer over UDP was cut off.
 */
export function dnsCaller(target: DnsTarget, resolver: Resolver): Call {
  const server = target.server === undefined ? resolver.servers[0] : parseServer(target.server);
  const query = target.protocol === 'dns-tcp' ? queryTcp : queryUdp;
  const names = target.search === true ? resolver.candidates(target.name) : [absolute(target)];
  return {
    send: async (deadlineAt) => {
      if (!server) return { outcome: 'dns-servfail', detail: 'no DNS server', agentFault: true };
      const common = { server, type: target.type, deadlineAt };
      if (target.search !== true) return ask(query, { ...common, name: names[0] ?? '' });
      return search(names, (name) => ask(orOverTcp(query), { ...common, name }));
    },
    close: () => {},
  };
}

/** The answer for the first name that has one; without any, the one for the last. Stops where no server answers. */
async function search(
  names: readonly string[],
  askFor: (name: string) => Promise<CallResult>,
): Promise<CallResult> {
  const asked: string[] = [];
  let result: CallResult = { outcome: 'dns-nxdomain', detail: 'no name to ask' };
  for (const name of names) {
    asked.push(name);
    result = await askFor(name);
    const noSuch = result.outcome === 'dns-nxdomain' || result.outcome === 'wrong-target';
    if (!noSuch) break;
  }
  return { ...result, asked };
}

function orOverTcp(query: Query): Query {
  return async (question) => {
    const reply = await query(question);
    // What was cut off stays a fact of the answer, though the whole of it came in the end.
    return reply.truncated ? { ...(await queryTcp(question)), truncated: true } : reply;
  };
}

async function ask(send: Query, query: DnsQuery): Promise<CallResult> {
  try {
    return judge(await send(query), query.type);
  } catch (error) {
    return failure(error, 'connected');
  }
}

function judge(reply: DnsReply, type: string): CallResult {
  const { rcode, answers, ttl, negativeTtl, truncated } = reply;
  const negative = negativeTtl === undefined ? {} : { negativeTtlSeconds: negativeTtl };
  if (rcode === 'NXDOMAIN') return { outcome: 'dns-nxdomain', detail: rcode, answers, ...negative };
  if (rcode !== 'NOERROR') return { outcome: 'dns-servfail', detail: rcode, answers };
  const cut = truncated ? { truncated } : {};
  if (answers.length === 0 && !truncated) {
    const detail = `NOERROR without a record of type ${type} (NODATA)`;
    return { outcome: 'wrong-target', detail, answers, ...negative };
  }
  const detail = truncated ? 'NOERROR, truncated' : 'NOERROR';
  return { outcome: 'ok', detail, answers, ...(ttl === undefined ? {} : { ttlSeconds: ttl }), ...cut };
}

/** The name to ask: for a PTR record of an address, its name under in-addr.arpa or ip6.arpa (RFC 1035, RFC 3596). */
function absolute({ type, name }: DnsTarget): string {
  if (type !== 'PTR' || isIP(name) === 0) return name.replace(/\.$/, '');
  if (isIPv4(name)) return `${name.split('.').toReversed().join('.')}.in-addr.arpa`;
  return `${nibbles(name).split('').toReversed().join('.')}.ip6.arpa`;
}

/** The 32 hexadecimal digits of an IPv6 address. */
function nibbles(address: string): string {
  const [front = '', back] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const tail = back === undefined ? [] : groups(back);
  const zeros = Array.from({ length: 8 - groups(front).length - tail.length }, () => '0');
  const all = back === undefined ? groups(front) : [...groups(front), ...zeros, ...tail];
  return all.map((group) => group.padStart(4, '0')).join('');
}
