import type { ServiceView } from '../../lib/model/service.ts';
import { LARGE_SERVICE, largeAddresses } from '../../lib/run/areas/dns.ts';
import { MESH_NAMESPACE, OUTSIDE_NAMESPACE } from '../../lib/run/workloads.ts';
import { type FakePod, type FakeService, type FakeWorld, missing, podsBehind } from './world.ts';

/** What the API of a cluster says of a Service of the fake world. */
export function serviceIn(world: FakeWorld, cluster: string, namespace: string, name: string): ServiceView {
  const found = servicesIn(world, cluster, Number.POSITIVE_INFINITY).find(
    (one) => one.name === name && one.namespace === namespace,
  );
  return found ?? missing(`service ${namespace}/${name} in ${cluster}`);
}

/** Every Service that a cluster had at that time. */
export function servicesIn(world: FakeWorld, cluster: string, at: number): ServiceView[] {
  const { podCidr } = world.clusterOf(cluster);
  return [
    { ...RESOLVERS, endpoints: resolversIn(world, cluster).map((address) => ({ address })) },
    {
      name: LARGE_SERVICE,
      namespace: OUTSIDE_NAMESPACE,
      clusterIps: [],
      ports: [],
      endpoints: largeAddresses(podCidr).map((address) => ({ address })),
    },
    ...world.services
      .filter(({ only, createdAt }) => (only === undefined || only === cluster) && createdAt <= at)
      .map((service) => viewOf(world, cluster, service)),
  ];
}

/** Addresses of a cluster's two resolvers, by which they are asked. */
export function resolversIn(world: FakeWorld, cluster: string): string[] {
  return largeAddresses(world.clusterOf(cluster).serviceCidr).slice(0, 2);
}

const RESOLVERS = { name: 'kube-dns', namespace: 'kube-system', clusterIps: [], ports: [] };

function viewOf(world: FakeWorld, cluster: string, service: FakeService): ServiceView {
  return {
    name: service.name,
    namespace: MESH_NAMESPACE,
    clusterIps: service.headless ? [] : [world.clusterIpOf(cluster, service)],
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: podsBehind(world, cluster, service).map(endpointOf),
  };
}

/** Only pods of a StatefulSet, which are numbered, have host names. */
function endpointOf({ name, address }: FakePod): ServiceView['endpoints'][number] {
  return /-\d+$/.test(name) ? { address, hostname: name } : { address };
}
