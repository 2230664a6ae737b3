import type { SuiteSpec } from '../../lib/model/fault.ts';
import type { Lab, LabCluster, LabNode } from '../../lib/model/lab.ts';
import type { Place } from '../../lib/model/observation.ts';
import { ferryService } from '../../lib/run/areas/connectivity.ts';
import {
  DISPUTED_SERVICE,
  LOCAL_NAMESPACE,
  LOCAL_SERVICE,
  PARTIAL_SERVICE,
  partialClusters,
} from '../../lib/run/areas/discovery.ts';
import { CAPTURED_CALLER, soleService } from '../../lib/run/areas/dns.ts';
import { METERED_SERVICE } from '../../lib/run/areas/observability.ts';
import { FENCED, INTRUDER, POLICY_NAMESPACE, VAULT } from '../../lib/run/areas/policy.ts';
import type { PodView } from '../../lib/run/backend.ts';
import {
  HEADLESS_SERVICE,
  localService,
  MESH_CALLER,
  MESH_NAMESPACE,
  NODE_CALLER,
  OUTSIDE_NAMESPACE,
  SHARED_SERVICE,
  SPREAD_SERVICE,
  TOLERANT_SERVICE,
  workloads,
} from '../../lib/run/workloads.ts';
import { MeshproofError } from '../../lib/support/errors.ts';
import { type VirtualClock, virtualClock } from './clock.ts';

/** A pod of the fake world. */
export interface FakePod extends PodView {
  namespace: string;
  app: string;
  place: Place;
}

export interface FakeService {
  name: string;
  /** Apps of the pods behind it. */
  apps: readonly string[];
  headless: boolean;
  /** The one cluster whose API knows it; left out: all do. */
  only?: string;
  /** The clusters whose pods it selects; left out: all. */
  podsIn?: readonly string[];
  createdAt: number;
}

/** One fault, from when it bites until it is gone. */
export interface FakeFault {
  spec: SuiteSpec;
  from: number;
  to: number;
}

/** Clusters in memory: what is in them, and what happened to them. */
export interface FakeWorld {
  lab: Lab;
  seed: number;
  clock: VirtualClock;
  pods: FakePod[];
  services: FakeService[];
  faults: FakeFault[];
  clusterOf(name: string): LabCluster;
  clusterIpOf(cluster: string, service: FakeService): string;
}

export function fakeWorld(lab: Lab, seed: number): FakeWorld {
  const names = lab.clusters.map(({ name }) => name);
  const tolerant = {
    name: TOLERANT_SERVICE,
    namespace: MESH_NAMESPACE,
    copies: 'all',
    service: true,
  } as const;
  const all = [...workloads(names), tolerant];
  const clusterOf = (name: string) =>
    lab.clusters.find((one) => one.name === name) ?? missing(`cluster ${name}`);
  const services: FakeService[] = [
    ...all.filter(({ service }) => service).map(({ name }) => serviceFor(name, [name])),
    { ...serviceFor(HEADLESS_SERVICE, [SHARED_SERVICE, MESH_CALLER]), headless: true },
    { ...serviceFor(SPREAD_SERVICE, [SPREAD_SERVICE]), headless: true },
    serviceFor(DISPUTED_SERVICE, [SHARED_SERVICE]),
    serviceFor(METERED_SERVICE, [SHARED_SERVICE]),
    ...names.map((name) => serviceFor(ferryService(name), [localService(name)])),
    ...names.map((only) => ({ ...serviceFor(soleService(only), [SHARED_SERVICE]), only })),
    { ...serviceFor(PARTIAL_SERVICE, [SHARED_SERVICE]), podsIn: partialClusters(names) },
  ];
  const pods = lab.clusters.flatMap((cluster) => [
    ...all
      .filter(({ copies }) => copies === 'all' || copies.includes(cluster.name))
      .map(({ name, namespace }, index) => podIn(cluster, namespace, name, index)),
    ...commonPods(cluster),
    podIn(cluster, LOCAL_NAMESPACE, LOCAL_SERVICE, 140),
    podIn(cluster, POLICY_NAMESPACE, VAULT, 130),
    podIn(cluster, POLICY_NAMESPACE, INTRUDER, 131),
    podIn(cluster, OUTSIDE_NAMESPACE, FENCED, 132),
  ]);
  return {
    lab,
    seed,
    clock: virtualClock(),
    pods,
    services,
    faults: [],
    clusterOf,
    clusterIpOf: (cluster, service) => addressIn(clusterOf(cluster).serviceCidr, services.indexOf(service)),
  };
}

function serviceFor(name: string, apps: readonly string[]): FakeService {
  return { name, apps, headless: false, createdAt: 0 };
}

function podIn(cluster: LabCluster, namespace: string, app: string, index: number): FakePod {
  const worker = cluster.nodes.find(({ role }) => role === 'worker') ?? missing(`worker in ${cluster.name}`);
  const name = `${app}-${cluster.name}`;
  const place = {
    cluster: cluster.name,
    region: cluster.region,
    zone: worker.zone,
    node: worker.name,
    pod: name,
  };
  return {
    name,
    namespace,
    app,
    address: addressIn(cluster.podCidr, index),
    node: worker.name,
    zone: worker.zone,
    place,
  };
}

/** Pods of more than one copy, and the caller whose own proxy resolves names. */
function commonPods(cluster: LabCluster): FakePod[] {
  const on = (app: string, namespace: string, node: LabNode, index: number): FakePod => {
    const pod = podIn(cluster, namespace, app, index);
    const name = `${app}-${index % 10}`;
    const where = { name, node: node.name, zone: node.zone };
    return { ...pod, ...where, place: { ...pod.place, zone: node.zone, node: node.name, pod: name } };
  };
  const workers = cluster.nodes.filter(({ role }) => role === 'worker');
  return [
    ...workers.map((node, index) => on(SPREAD_SERVICE, MESH_NAMESPACE, node, 100 + index)),
    ...cluster.nodes.map((node, index) => on(NODE_CALLER, OUTSIDE_NAMESPACE, node, 110 + index)),
    podIn(cluster, MESH_NAMESPACE, CAPTURED_CALLER, 120),
  ];
}

/** The n-th usable address of a /16. */
function addressIn(cidr: string, index: number): string {
  return `${cidr.split('.').slice(0, 2).join('.')}.1.${10 + index}`;
}

/** Pods of a service in a cluster. */
export function podsBehind(world: FakeWorld, cluster: string, service: FakeService): FakePod[] {
  return world.pods.filter(
    ({ place, app, namespace }) =>
      place.cluster === cluster &&
      (service.only ?? cluster) === cluster &&
      (service.podsIn?.includes(cluster) ?? true) &&
      service.apps.includes(app) &&
      namespace === MESH_NAMESPACE,
  );
}

/** Throws as the real backend does for what is not there. */
export function missing(what: string): never {
  throw new MeshproofError('environment', `no ${what}`);
}

/** A number in [0, 1) that is the same for the same numbers (a hash by multiplication, after Knuth). */
export function chance(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}
