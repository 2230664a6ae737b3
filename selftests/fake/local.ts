import { LOCAL_NAMESPACE, LOCAL_SERVICE, localServiceAt } from '../../lib/run/areas/discovery.ts';
import { MESH_NAMESPACE, SHARED_SERVICE, SPREAD_SERVICE } from '../../lib/run/workloads.ts';
import type { Ending, FakeCall } from './calls.ts';
import { isPlanted } from './defects.ts';
import type { FakePod, FakeWorld } from './world.ts';

const NOBODY: Ending = {
  outcome: 'http-5xx',
  detail: 'HTTP 503: no healthy upstream',
  responseFlags: 'UH (no healthy upstream)',
  latencyMs: 2,
};

/** A call to a cluster-local service, or to a pod of a StatefulSet by its own name; undefined for all others. */
export function localCall(world: FakeWorld, { caller }: FakeCall, hostname: string): Ending | undefined {
  const here = caller.place.cluster;
  const podsOf = (app: string, cluster = here) =>
    world.pods.filter((pod) => pod.app === app && pod.place.cluster === cluster);
  const [pod, owner, ...rest] = hostname.split('.');
  if (owner === SPREAD_SERVICE && rest.join('.') === `${MESH_NAMESPACE}.svc.cluster.local`)
    return answerOf(podsOf(SPREAD_SERVICE).find(({ name }) => name === pod));
  const [name, namespace] = [pod, owner ?? caller.namespace];
  if (namespace !== LOCAL_NAMESPACE) return undefined;
  if (name === LOCAL_SERVICE || name === SHARED_SERVICE) return answerOf(podsOf(LOCAL_SERVICE)[0]);
  const at = world.lab.clusters.find((cluster) => localServiceAt(cluster.name) === name);
  if (!at) return { outcome: 'dns-nxdomain', latencyMs: 1 };
  return at.name === here || isPlanted('local-leaks') ? answerOf(podsOf(LOCAL_SERVICE, at.name)[0]) : NOBODY;
}

/** The full name that a caller means by a service's first name. */
export function fullName({ caller }: FakeCall, hostname: string): string {
  return hostname.includes('.') ? hostname : `${hostname}.${caller.namespace}.svc.cluster.local`;
}

function answerOf(pod: FakePod | undefined): Ending {
  return pod ? { outcome: 'ok', answeredBy: pod.place, latencyMs: 3 } : NOBODY;
}
