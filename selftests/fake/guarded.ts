import { expectedAccess, requestOf } from '../../lib/analysis/segmentation.ts';
import type { CallTarget } from '../../lib/model/call-plan.ts';
import { AGENT_PORTS } from '../../lib/probe/wire.ts';
import { FENCED, POLICY_NAMESPACE, VAULT, VAULT_POLICY, vaultIn } from '../../lib/run/areas/policy.ts';
import { WEIGHTED_SERVICE, weightsOf } from '../../lib/run/areas/locality.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../../lib/run/workloads.ts';
import type { Ending, FakeCall } from './calls.ts';
import { isPlanted } from './defects.ts';
import { chance, type FakePod, type FakeWorld } from './world.ts';

/** How a call to a guarded server, a fenced pod or the service that is split by weight ends; undefined for all others. */
export function guardedCall(world: FakeWorld, call: FakeCall): Ending | undefined {
  const { target } = call.plan;
  const where = hostOf(target);
  if (!where) return undefined;
  const host = where.host.replace(/\.$/, '');
  const vault = world.pods.find(
    ({ app, place }) =>
      app === VAULT && host === `${vaultIn(place.cluster)}.${POLICY_NAMESPACE}.svc.cluster.local`,
  );
  if (vault) return vaultCall(call, vault, where);
  const fenced = world.pods.find(({ app, address }) => app === FENCED && address === host);
  if (fenced) return fencedCall(call, fenced, where.port);
  if (host === `${WEIGHTED_SERVICE}.${MESH_NAMESPACE}.svc.cluster.local`) return weightedCall(world, call);
  return undefined;
}

function hostOf(target: CallTarget): { host: string; port: number; words: string } | undefined {
  if (target.protocol === 'tcp')
    return { host: target.host, port: target.port, words: `TCP :${target.port}` };
  if (target.protocol !== 'http') return undefined;
  const { hostname, port, pathname } = new URL(target.url);
  return { host: hostname, port: Number(port), words: `${target.method ?? 'GET'} :${port}${pathname}` };
}

function vaultCall({ caller }: FakeCall, vault: FakePod, where: { port: number; words: string }): Ending {
  const request = requestOf(where.words, AGENT_PORTS.http);
  if (!request) return { outcome: 'http-4xx', detail: 'HTTP 400', latencyMs: 2 };
  const identity = { namespace: caller.namespace, account: caller.app };
  const remote = vault.place.cluster !== caller.place.cluster;
  const open = isPlanted('policy-hole') && remote;
  const shut = isPlanted('policy-too-strict') && remote;
  const access = open ? 'allowed' : shut ? 'denied' : expectedAccess(VAULT_POLICY, identity, request);
  if (access === 'allowed') return { outcome: 'ok', answeredBy: vault.place, latencyMs: 3 };
  if (isPlanted('denied-by-the-application')) {
    return { outcome: 'http-4xx', detail: 'HTTP 403: not today', latencyMs: 3 };
  }
  return request.http
    ? { outcome: 'http-4xx', detail: 'HTTP 403: RBAC: access denied', latencyMs: 3 }
    : { outcome: 'reset', detail: 'closed without an answer (FIN)', latencyMs: 3 };
}

/** The CNI of the fake world enforces NetworkPolicy. */
function fencedCall({ sequence }: FakeCall, pod: FakePod, port: number): Ending {
  const through = isPlanted('fence-down') || (isPlanted('fence-leaks') && sequence % 2 === 0);
  return port === AGENT_PORTS.tcp || through
    ? { outcome: 'ok', answeredBy: pod.place, latencyMs: 1 }
    : { outcome: 'connect-timeout', latencyMs: Number.POSITIVE_INFINITY };
}

/** Five points off, on demand: what no look at fifty calls sees. */
function weightedCall(world: FakeWorld, { sample, sequence }: FakeCall): Ending {
  const names = world.lab.clusters.map(({ name }) => name);
  const weights = Object.values(weightsOf(names));
  let drawn = 100 * chance(world.seed, sample, sequence, 7) + (isPlanted('split-off-by-five') ? 5 : 0);
  const index = weights.findIndex((weight) => (drawn -= weight) < 0);
  const cluster = names[index < 0 ? names.length - 1 : index];
  const pod = world.pods.find(({ app, place }) => app === SHARED_SERVICE && place.cluster === cluster);
  return pod
    ? { outcome: 'ok', answeredBy: pod.place, latencyMs: 4 }
    : { outcome: 'http-5xx', detail: 'HTTP 503', latencyMs: 2 };
}
