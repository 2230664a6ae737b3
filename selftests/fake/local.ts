import { isClusterLocal } from '../../lib/analysis/answering.ts';
import { LOCAL_NAMESPACE, LOCAL_SERVICE, localServiceAt } from '../../lib/run/areas/discovery.ts';
import { MESH_NAMESPACE, SHARED_SERVICE, SPREAD_SERVICE } from '../../lib/run/workloads.ts';
import type { Ending, FakeCall } from './calls.ts';
import { isPlanted } from './defects.ts';
import { chance, type FakePod, type FakeWorld } from './world.ts';

const NOBODY: Ending = {
  outcome: 'http-5xx',
  detail: 'HTTP 503: no healthy upstream',
  responseFlags: 'UH (no healthy upstream)',
  latencyMs: 2,
};

/** A call to a service of the namespace that the environment may keep to its cluster, or to a pod of a StatefulSet by its own name; undefined for all others. */
export function localCall(world: FakeWorld, call: FakeCall, hostname: string): Ending | undefined {
  const { caller, sample, sequence } = call;
  const here = caller.place.cluster;
  const podsOf = (app: string, cluster = here) =>
    world.pods.filter((pod) => pod.app === app && pod.place.cluster === cluster);
  const [pod, owner, ...rest] = hostname.split('.');
  if (owner === SPREAD_SERVICE && rest.join('.') === `${MESH_NAMESPACE}.svc.cluster.local`)
    return answerOf(podsOf(SPREAD_SERVICE).find(({ name }) => name === pod));
  const [name, namespace] = [pod, owner ?? caller.namespace];
  if (namespace !== LOCAL_NAMESPACE) return undefined;
  const stays = isClusterLocal(world.lab.environment, hostname);
  if (name === SHARED_SERVICE && isPlanted('namesakes-mixed')) return answerOf(podsOf(SHARED_SERVICE)[0]);
  if (name === LOCAL_SERVICE || name === SHARED_SERVICE) {
    const leaks = name === SHARED_SERVICE && isPlanted('local-leaks');
    const all = world.lab.clusters.flatMap((cluster) => podsOf(LOCAL_SERVICE, cluster.name));
    const known = stays && !leaks ? podsOf(LOCAL_SERVICE) : all;
    return answerOf(known[Math.floor(chance(world.seed, sample, sequence, 4) * known.length)]);
  }
  const at = world.lab.clusters.find((cluster) => localServiceAt(cluster.name) === name);
  if (!at) return { outcome: 'dns-nxdomain', latencyMs: 1 };
  const answers = at.name === here || !stays || isPlanted('local-leaks');
  return answers ? answerOf(podsOf(LOCAL_SERVICE, at.name)[0]) : NOBODY;
}

/** The full name that a caller means by a service's first name; the dot at the end of an absolute one is left out. */
export function fullName({ caller }: FakeCall, hostname: string): string {
  return hostname.includes('.')
    ? hostname.replace(/\.$/, '')
    : `${hostname}.${caller.namespace}.svc.cluster.local`;
}

function answerOf(pod: FakePod | undefined): Ending {
  return pod ? { outcome: 'ok', answeredBy: pod.place, latencyMs: 3 } : NOBODY;
}
