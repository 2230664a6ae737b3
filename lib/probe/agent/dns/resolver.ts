import { type LookupFunction, isIP } from 'node:net';
import { NameFailure, isAgentFault } from '../call/outcome.ts';
import { now } from '../clock.ts';
import { type DnsReply, type DnsServer, queryTcp, queryUdp } from './exchange.ts';
import { type ResolverSettings, readSettings } from './resolv-conf.ts';

/**
 * Looks names up as the pod's resolver does: hosts file, then resolv.conf's servers, search path, ndots, timeout
 * and attempts. Not getaddrinfo: its few threads block while DNS is down, and the probe would go on reporting
 * the outage that it queued itself. One socket a query, as glibc does, so that no dead flow is held on to.
 */
export interface Resolver {
  servers: DnsServer[];
  /** Names to ask for a name that somebody typed, in order: search path and ndots applied. */
  candidates(name: string): string[];
  /** A `lookup` for node:net; tells `onBusy` when it starts and ends, and gives up at the deadline. */
  lookup(onBusy: (busy: boolean) => void, deadlineAt?: number): LookupFunction;
}

/** A resolver with the settings of this moment. */
export function createResolver(settings: ResolverSettings = readSettings()): Resolver {
  return {
    servers: settings.servers,
    candidates: (name) => candidates(settings, name),
    lookup: (onBusy, deadlineAt = Number.POSITIVE_INFINITY) => {
      return (name, _options, callback) => {
        onBusy(true);
        resolveName(settings, name, deadlineAt).then(
          (address) => {
            onBusy(false);
            callback(null, address, isIP(address));
          },
          (error: unknown) => callback(error as Error, '', 0),
        );
      };
    },
  };
}

/** The first address of a name; rejects with a {@link NameFailure}, or with the agent's own shortage. */
export async function resolveName(
  settings: ResolverSettings,
  name: string,
  deadlineAt: number,
): Promise<string> {
  const known = settings.hosts.get(name.replace(/\.$/, ''));
  if (known !== undefined) return known;
  for (const candidate of candidates(settings, name)) {
    for (const type of ['A', 'AAAA'] as const) {
      const reply = await ask(settings, candidate, type, deadlineAt);
      if (reply.answers[0] !== undefined) return reply.answers[0];
      if (reply.rcode === 'NXDOMAIN') break;
    }
  }
  throw new NameFailure('dns-nxdomain', `no address for ${name}`);
}

/** Absolute names to try, in the order of resolv.conf(5). */
export function candidates(settings: Pick<ResolverSettings, 'search' | 'ndots'>, name: string): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = settings.search.map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  const dots = name.split('.').length - 1;
  return dots >= settings.ndots ? [name, ...searched] : [...searched, name];
}

async function ask(
  settings: ResolverSettings,
  name: string,
  type: 'A' | 'AAAA',
  deadlineAt: number,
): Promise<DnsReply> {
  let last = new NameFailure('dns-timeout', `no answer for ${name}`);
  for (let attempt = 0; attempt < settings.attempts; attempt++) {
    for (const server of settings.servers) {
      if (now() >= deadlineAt) throw last;
      const query = { server, name, type, deadlineAt: Math.min(deadlineAt, now() + settings.timeoutMs) };
      try {
        const reply = await queryUdp(query);
        if (reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN') {
          return reply.truncated && reply.answers.length === 0 ? await queryTcp(query) : reply;
        }
        last = new NameFailure('dns-servfail', `${reply.rcode} for ${name} from ${server.address}`);
      } catch (error) {
        if (isAgentFault(error)) throw error;
        last = error instanceof NameFailure ? error : new NameFailure('dns-servfail', String(error));
      }
    }
  }
  throw last;
}
