import type { CallTarget } from '../../lib/model/call-plan.ts';
import { MESH_NAMESPACE } from '../../lib/run/workloads.ts';
import type { Ending, FakeCall } from './calls.ts';
import { isPlanted } from './defects.ts';
import { type FakeWorld, podsBehind } from './world.ts';

type DnsTarget = Extract<CallTarget, { protocol: 'dns-udp' | 'dns-tcp' }>;

/** TEST-NET-3 (RFC 5737): an address that no service has. */
const ELSEWHERE = '203.0.113.7';
const SUFFIX = `.${MESH_NAMESPACE}.svc.cluster.local.`;

/** The cluster's resolver. */
export function dnsCall(world: FakeWorld, { caller }: FakeCall, { protocol, name }: DnsTarget): Ending {
  if (isPlanted('resolver-deaf')) return { outcome: 'dns-timeout', latencyMs: Number.POSITIVE_INFINITY };
  if (protocol === 'dns-tcp' && isPlanted('dns-tcp-broken')) {
    return { outcome: 'dns-servfail', detail: 'SERVFAIL', latencyMs: 2 };
  }
  const found = (answers: string[]): Ending => ({ outcome: 'ok', answers, ttlSeconds: 5, latencyMs: 1 });
  const service = world.services.find((one) => `${one.name}${SUFFIX}` === name);
  if (!service && !isPlanted('nxdomain-broken')) {
    return { outcome: 'dns-nxdomain', detail: 'NXDOMAIN', latencyMs: 1 };
  }
  if (!service || isPlanted('wrong-dns')) return found([ELSEWHERE]);
  const { cluster } = caller.place;
  return found(
    service.headless
      ? podsBehind(world, cluster, service).map(({ address }) => address)
      : [world.clusterIpOf(cluster, service)],
  );
}
