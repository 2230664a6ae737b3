import type { FaultSpec } from '../../lib/model/fault.ts';
import type { Lab, LabCluster } from '../../lib/model/lab.ts';
import type { Place } from '../../lib/model/observation.ts';
import type { PodView } from '../../lib/run/backend.ts';
import {
  HEADLESS_SERVICE,
  MESH_CALLER,
  MESH_NAMESPACE,
  SHARED_SERVICE,
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
  createdAt: number;
}

/** One fault, from when it bites until it is gone. */
export interface FakeFault {
  spec: FaultSpec;
  from: number;
  to: number;
}

/** Two clusters in memory: what is in them, and what happened to them. */
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
  const all = workloads(names);
  const clusterOf = (name: string) =>
    lab.clusters.find((one) => one.name === name) ?? missing(`cluster ${name}`);
  const services: FakeService[] = [
    ...all.filter(({ service }) => service).map(({ name }) => serviceFor(name, [name])),
    { ...serviceFor(HEADLESS_SERVICE, [SHARED_SERVICE, MESH_CALLER]), headless: true },
  ];
  const pods = lab.clusters.flatMap((cluster) =>
    all
      .filter(({ copies }) => copies === 'all' || copies.includes(cluster.name))
      .map(({ name, namespace }, index) => podIn(cluster, namespace, name, index)),
  );
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
  return { name, namespace, app, address: addressIn(cluster.podCidr, index), node: worker.name, place };
}

/** The n-th usable address of a /16. */
function addressIn(cidr: string, index: number): string {
  return `${cidr.split('.').slice(0, 2).join('.')}.1.${10 + index}`;
}

/** Pods of a service in a cluster. */
export function podsBehind(world: FakeWorld, cluster: string, service: FakeService): FakePod[] {
  return world.pods.filter(
    ({ place, app, namespace }) =>
      place.cluster === cluster && service.apps.includes(app) && namespace === MESH_NAMESPACE,
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
