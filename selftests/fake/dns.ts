import { type ExpectedAnswer, recordsOf } from '../../lib/analysis/dns-records.ts';
import { CAPTURED_CALLER } from '../../lib/run/areas/dns.ts';
import type { CallTarget } from '../../lib/model/call-plan.ts';
import type { Ending, FakeCall } from './calls.ts';
import { isPlanted } from './defects.ts';
import { failoverAnswer } from './failover-name.ts';
import { resolversIn, servicesIn } from './services.ts';
import type { FakeWorld } from './world.ts';

type DnsTarget = Extract<CallTarget, { protocol: 'dns-udp' | 'dns-tcp' }>;

/** TEST-NET-3 (RFC 5737): an address that no service has. */
const ELSEWHERE = '203.0.113.7';
/** A resolver hears of a new Service after this. */
const LEARNS_AFTER_MS = 200;
const NEVER_MS = 3_600_000;
/** A records that fit in a datagram of 1,232 bytes. */
const FITS = 70;

/** The cluster's resolvers, asked as a stub resolver or one name at a time. */
export function dnsCall(world: FakeWorld, call: FakeCall, target: DnsTarget): Ending {
  if (isPlanted('resolver-deaf')) return { outcome: 'dns-timeout', latencyMs: Number.POSITIVE_INFINITY };
  const failover = failoverAnswer(world, call, target.name);
  if (failover) return failover;
  if (target.search !== true) return answer(world, call, target);
  const asked: string[] = [];
  let ending: Ending = NXDOMAIN;
  for (const name of candidates(call, target.name)) {
    asked.push(name);
    ending = answer(world, call, { ...target, name: `${name}.`, protocol: 'dns-tcp' });
    if (ending.outcome === 'ok') break;
  }
  return { ...ending, asked };
}

function candidates({ caller }: FakeCall, name: string): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const detour = isPlanted('search-detour') ? [`${name}.corp.test`] : [];
  const path = [`${caller.namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'];
  return [...detour, ...path.map((domain) => `${name}.${domain}`)];
}

const NXDOMAIN: Ending = {
  outcome: 'dns-nxdomain',
  detail: 'NXDOMAIN',
  negativeTtlSeconds: 30,
  latencyMs: 1,
};

function answer(world: FakeWorld, call: FakeCall, target: DnsTarget): Ending {
  const { protocol, name, type, server } = target;
  const { cluster, node } = call.caller.place;
  const deafNode = isPlanted('node-without-dns-tcp') && node.endsWith('worker2');
  if (protocol === 'dns-tcp' && (isPlanted('dns-tcp-broken') || deafNode)) {
    return { outcome: 'dns-servfail', detail: 'SERVFAIL', latencyMs: 2 };
  }
  const ttlSeconds = isPlanted('ttl-of-an-hour') ? 3600 : 5;
  const found = (answers: string[]): Ending => ({
    outcome: 'ok',
    answers,
    ttlSeconds,
    latencyMs: latencyOf(call),
  });
  const record = known(world, call, { name, type });
  if (!record && isPlanted('nxdomain-broken')) return found([ELSEWHERE]);
  if (!record || record.outcome === 'dns-nxdomain') return NXDOMAIN;
  if (record.outcome === 'wrong-target') {
    return isPlanted('no-aaaa-no-name') ? NXDOMAIN : { outcome: 'wrong-target', latencyMs: 1 };
  }
  if (lies(world, call, { server, cluster })) return found([ELSEWHERE]);
  if (protocol === 'dns-tcp' || record.answers.length <= FITS) return found(record.answers);
  const cut = found(record.answers.slice(0, FITS));
  return isPlanted('cuts-off-silently') ? cut : { ...cut, truncated: true };
}

function lies(
  world: FakeWorld,
  { caller }: FakeCall,
  { server, cluster }: { server: string | undefined; cluster: string },
): boolean {
  const liar = isPlanted('one-resolver-lies') && server === resolversIn(world, cluster)[1];
  const stale = isPlanted('stale-capture') && caller.app === CAPTURED_CALLER;
  return isPlanted('wrong-dns') || liar || stale;
}

/** The record of a name; a workload whose proxy resolves knows the services of all clusters. */
function known(
  world: FakeWorld,
  { caller, at }: FakeCall,
  { name, type }: Pick<DnsTarget, 'name' | 'type'>,
): ExpectedAnswer | undefined {
  const captured = caller.app === CAPTURED_CALLER && !isPlanted('capture-off');
  const here = caller.place.cluster;
  const others = captured ? world.lab.clusters.map((one) => one.name).filter((one) => one !== here) : [];
  const heard = at - (isPlanted('nxdomain-sticks') ? NEVER_MS : LEARNS_AFTER_MS);
  return [here, ...others]
    .flatMap((cluster) => servicesIn(world, cluster, heard).flatMap(recordsOf))
    .find((record) => record.name === name && record.type === type);
}

/** With slow resolvers one lookup in fifty waits. */
function latencyOf({ sequence }: FakeCall): number {
  return isPlanted('slow-dns') && sequence % 50 === 0 ? 400 : 1;
}
