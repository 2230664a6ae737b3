import { type FailoverName, type FailoverRecord, gatewaysName } from '../../lib/model/aws-dns.ts';
import type { Environment } from '../../lib/model/environment.ts';
import { MeshproofError } from '../../lib/support/errors.ts';
import type { Ending, FakeCall } from './calls.ts';
import { isPlanted } from './defects.ts';
import type { FakeWorld } from './world.ts';

/** So long the fake Route 53 takes for a change, and an answer is kept. */
const PROPAGATES_MS = 20_000;
const TOO_LATE_MS = 90_000;
const LOST_MS = 3000;

/** The records of the gateways' name in the fake lab, which its resolvers answer by. */
export function fakeFailoverName({ provider, clusters }: Environment): FailoverName {
  const dns = provider.kind === 'eks' ? provider.dns : undefined;
  if (!dns) throw new MeshproofError('not-applicable', 'the fake lab names no zone with failover records');
  const of = (index: number, unhealthy: boolean): FailoverRecord => {
    const cluster = clusters[index]?.name ?? '';
    return {
      cluster,
      values: [`${cluster}.gateways.test`],
      healthCheck: `check-${cluster}`,
      health: unhealthy ? 'unhealthy' : 'healthy',
    };
  };
  const dead = isPlanted('checkers-reach-nobody');
  return {
    name: gatewaysName(dns.zone),
    type: 'CNAME',
    ttlMs: dns.ttlMs,
    primary: of(0, dead),
    secondary: of(1, dead || isPlanted('secondary-unhealthy')),
  };
}

/** What a resolver says of the gateways' name; undefined for all other names. */
export function failoverAnswer(
  world: FakeWorld,
  { caller, at }: FakeCall,
  asked: string,
): Ending | undefined {
  const { environment } = world.lab;
  if (environment.provider.kind !== 'eks' || !environment.provider.dns) return undefined;
  const name = fakeFailoverName(environment);
  if (asked !== `${name.name}.`) return undefined;
  const late = PROPAGATES_MS + (isPlanted('name-fails-over-late') ? TOO_LATE_MS : 0);
  const isOver = world.faults.some(({ spec, from, to }) => {
    const stays = isPlanted('name-never-returns') ? Number.POSITIVE_INFINITY : to + PROPAGATES_MS;
    return spec.kind === 'health-check-inversion' && at >= from + late && at < stays;
  });
  const changes = world.faults.some(({ from }) => at >= from + late && at < from + late + LOST_MS);
  if (changes && isPlanted('name-lost')) return { outcome: 'dns-servfail', detail: 'SERVFAIL', latencyMs: 2 };
  const isStale = isPlanted('name-never-fails-over') && caller.place.cluster === 'west';
  const { values } = isOver && !isStale ? name.secondary : name.primary;
  return { outcome: 'ok', answers: values, ttlSeconds: name.ttlMs / 1000, latencyMs: 1 };
}
