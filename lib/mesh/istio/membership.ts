import type { KubernetesObject } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import { apply, ignoreMissing, openKube } from '../../support/kube.ts';
import type { HeldEndpoint, Membership } from '../contracts.ts';
import { remoteSecret } from './install.ts';
import { ISTIO_NAMESPACE } from './operator.ts';

/** Envoy's admin interface, on the loopback of every pod with a sidecar. */
const ADMIN_PORT = 15_000;

/** One cluster more in a multi-primary mesh: a remote secret in each direction, and nothing else. */
export const membership: Membership = {
  async invite(newcomer, context) {
    const istioctl = await context.tool('istioctl');
    const others = context.clusters.filter(({ name }) => name !== newcomer.name);
    const [ofNewcomer, ...ofOthers] = await Promise.all(
      [newcomer, ...others].map((cluster) => remoteSecret(istioctl, cluster, context)),
    );
    return async () => {
      const inOthers = others.map((cluster) => give(cluster, ofNewcomer ? [ofNewcomer] : []));
      await Promise.all([...inOthers, give(newcomer, ofOthers)]);
    };
  },
  async forget(name, clusters) {
    const found = await Promise.all(clusters.map((cluster) => forgetIn(cluster, name)));
    return found.flat();
  },
  proxyEndpoints: { port: ADMIN_PORT, path: '/clusters?format=json', parse: parseClusters },
};

function give(cluster: LabCluster, secrets: KubernetesObject[]): Promise<void> {
  return apply(openKube(cluster.kubeconfig), secrets);
}

async function forgetIn(cluster: LabCluster, name: string): Promise<string[]> {
  const { core } = openKube(cluster.kubeconfig);
  // As `istioctl create-remote-secret --name` calls it.
  const secret = { namespace: ISTIO_NAMESPACE, name: `istio-remote-secret-${name}` };
  const gone = await ignoreMissing(core.deleteNamespacedSecret(secret));
  return gone ? [`peering with ${name} in ${cluster.name}`] : [];
}

interface AdminClusters {
  cluster_statuses?: {
    name?: string;
    host_statuses?: { address?: { socket_address?: { address?: string } } }[];
  }[];
}

/** Addresses of services of the mesh, from Envoy's `/clusters?format=json` (admin.v3.Clusters). */
export function parseClusters(body: string): HeldEndpoint[] {
  const { cluster_statuses: clusters = [] } = JSON.parse(body) as AdminClusters;
  return clusters.flatMap(({ name = '', host_statuses: hosts = [] }) => {
    const [direction, , , host] = name.split('|');
    if (direction !== 'outbound' || host === undefined) return [];
    return hosts.flatMap(({ address }) => {
      const held = address?.socket_address?.address;
      return held === undefined ? [] : [{ host, address: held }];
    });
  });
}
