import type { CallTarget } from '../../lib/model/call-plan.ts';
import { MESH_NAMESPACE } from '../../lib/run/workloads.ts';
import type { Ending, FakeCall } from './calls.ts';
import { isPlanted } from './defects.ts';
import { faultAt, lastFaultBefore } from './faults.ts';
import { fullName, localCall } from './local.ts';
import { chance, type FakePod, type FakeService, type FakeWorld, podsBehind } from './world.ts';

type HttpTarget = Extract<CallTarget, { protocol: 'http' }>;

/** A failing endpoint is given up after this: five failed tries of 500 ms at a third of 50 calls a second. */
const EJECTED_AFTER_MS = 1200;
const SLOWLY_AFTER_MS = 8000;
/** An ejected endpoint that is back is used again after this. */
const TRIED_AGAIN_MS = 3000;
/** A new service reaches the other cluster's proxies after this. */
const PROPAGATION_MS = 800;
const LATE_PROPAGATION_MS = 20_000;

/** A call through the mesh: least-request balancing over one local endpoint and two gateway addresses. */
export function httpCall(world: FakeWorld, call: FakeCall, target: HttpTarget): Ending {
  const { url, connection } = target;
  const hostname = fullName(call, new URL(url).hostname);
  const local = localCall(world, call, hostname);
  if (local) return local;
  const here = call.caller.place.cluster;
  const service = world.services.find(
    (one) =>
      `${one.name}.${MESH_NAMESPACE}.svc.cluster.local` === hostname ||
      world.clusterIpOf(here, one) === hostname,
  );
  if (!service) return { outcome: 'dns-nxdomain', latencyMs: 1 };
  const flaky = isPlanted(connection === 'pooled' ? 'no-steady-state' : 'some-calls-fail');
  if (flaky && draw(world, call, 1) < 0.2) return unavailable('503 UC');
  const endpoints = endpointsKnown(world, call, service);
  const pods = endpoints.filter(({ place }) => !isGivenUp(world, call, place.cluster));
  const pod = pods[Math.floor(draw(world, call, 2) * pods.length)];
  if (!pod) return unavailable('503 UH');
  if (isFailing(world, call, pod, endpoints)) return { ...unavailable('504 UT'), latencyMs: 500 };
  const answered = {
    outcome: 'ok',
    answeredBy: pod.place,
    ...identityOf(world, call.caller),
    ...headersSeen(pod, target),
  } as const;
  return { ...answered, latencyMs: (pod.place.cluster === here ? 3 : 6) + draw(world, call, 3) };
}

function unavailable(detail: string): Ending {
  return { outcome: 'http-5xx', detail, responseFlags: detail.slice(4), latencyMs: 2 };
}

/** Endpoints that the caller's proxy balances over; a remote one stands there twice, once for each gateway. */
function endpointsKnown(world: FakeWorld, { caller, at }: FakeCall, service: FakeService): FakePod[] {
  const here = caller.place.cluster;
  return world.lab.clusters.flatMap(({ name }) => {
    const pods = podsBehind(world, name, service);
    if (name === here) return pods;
    if (isPlanted('remote-silent') || at < service.createdAt + propagationMs()) return [];
    if (isPlanted('strays') && pods.length > 0) {
      return [
        ...pods,
        ...world.pods.filter(({ place, app }) => place.cluster === here && app === 'tolerant'),
      ];
    }
    return [...pods, ...pods];
  });
}

function propagationMs(): number {
  if (isPlanted('never-propagates')) return Number.POSITIVE_INFINITY;
  return isPlanted('propagates-late') ? LATE_PROPAGATION_MS : PROPAGATION_MS;
}

function pathTo(world: FakeWorld, { caller }: FakeCall, cluster: string) {
  const node =
    world.pods.find(({ place, app }) => place.cluster === cluster && app === 'payments')?.node ?? '';
  return { from: caller.place.cluster, to: cluster, node };
}

/** True while the proxy has ejected the endpoints of a cluster, or has not yet tried them again. */
function isGivenUp(world: FakeWorld, call: FakeCall, cluster: string): boolean {
  if (isPlanted('lost-still-answers') || isPlanted('never-fails-over')) return false;
  const fault = lastFaultBefore(world, call.at, pathTo(world, call, cluster));
  if (!fault || call.at < fault.from + ejectedAfterMs()) return false;
  return isPlanted('no-failback') || call.at < fault.to + TRIED_AGAIN_MS;
}

function ejectedAfterMs(): number {
  return isPlanted('slow-failover') ? SLOWLY_AFTER_MS : EJECTED_AFTER_MS;
}

/** True when the call goes to a lost endpoint; with a slow failover, whatever endpoint it goes to. */
function isFailing(world: FakeWorld, call: FakeCall, pod: FakePod, endpoints: readonly FakePod[]): boolean {
  if (isPlanted('lost-still-answers')) return false;
  const lost = ({ place }: FakePod) => faultAt(world, call.at, pathTo(world, call, place.cluster));
  const givenUp = endpoints.some(({ place }) => isGivenUp(world, call, place.cluster));
  return isPlanted('slow-failover') && !givenUp ? endpoints.some(lost) : lost(pod);
}

/** Request headers that the plan asks for, as they arrive. */
function headersSeen({ place }: FakePod, { headers = {}, report }: HttpTarget): Pick<Ending, 'headersSeen'> {
  if (!report) return {};
  const lost = isPlanted('trace-stripped') && place.cluster === 'west' ? 'traceparent' : undefined;
  const arrived = Object.entries(headers).filter(([name]) => report.includes(name) && name !== lost);
  return { headersSeen: Object.fromEntries(arrived) };
}

/** What the server's proxy reports of the caller (X-Forwarded-Client-Cert). */
function identityOf(world: FakeWorld, caller: FakePod): { identitySeen?: string } {
  if (isPlanted('caller-unseen') || caller.namespace !== MESH_NAMESPACE) return {};
  const account = isPlanted('caller-mistaken') ? 'default' : caller.app;
  const { trustDomain } = world.lab.environment.mesh;
  return {
    identitySeen: `Hash=0;Subject="";URI=spiffe://${trustDomain}/ns/${caller.namespace}/sa/${account}`,
  };
}

function draw({ seed }: FakeWorld, { sample, sequence }: FakeCall, use: number): number {
  return chance(seed, sample, sequence, use);
}
