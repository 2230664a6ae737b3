import type { KubernetesObject } from '@kubernetes/client-node';
import type { ServiceName } from '../contracts.ts';
import type { Pushes } from '../tells.ts';
import { ADMIN_PORT } from './proxy-admin.ts';

/** The port of generation 0. */
const FIRST_PORT = 20_000;

/**
 * A Service that no pod is behind, whose one port is its generation: istiod makes a cluster of each port of each Service,
 * those of other clusters too, and Envoy says when it took the cluster up. A Service and no VirtualService, because an
 * istiod reads its configuration in its own cluster only, and what is lost with a link is the news of the other's services.
 * `exportTo: .` keeps it from all proxies outside of its namespace, and the label keeps kube-proxy from it.
 */
export const istioPushes: Pushes = {
  change: ({ name, namespace }, generation) => {
    const service: KubernetesObject & { spec: object } = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name,
        namespace,
        labels: { 'service.kubernetes.io/service-proxy-name': 'none' },
        annotations: { 'networking.istio.io/exportTo': '.' },
      },
      spec: { ports: [{ name: 'tcp-generation', protocol: 'TCP', port: FIRST_PORT + generation }] },
    };
    return service;
  },
  page: {
    port: ADMIN_PORT,
    path: (service) =>
      `/config_dump?resource=dynamic_active_clusters&name_regex=${encodeURIComponent(clusterNames(service))}`,
    read: newestOf,
  },
};

function clusterNames({ name, namespace }: Pick<ServiceName, 'name' | 'namespace'>): string {
  return `^outbound\\|\\d+\\|\\|${name}\\.${namespace}\\.svc\\.cluster\\.local$`;
}

interface ClustersDump {
  configs?: { cluster?: { name?: string }; last_updated?: string }[];
}

/** The newest cluster of a page (admin.v3.ClustersConfigDump.DynamicCluster); for a moment there may be two. */
function newestOf(page: string): ReturnType<Pushes['page']['read']> {
  const { configs = [] } = JSON.parse(page) as ClustersDump;
  const taken = configs.flatMap(({ cluster, last_updated: updated }) => {
    const port = Number(cluster?.name?.split('|')[1]);
    const since = Date.parse(updated ?? '');
    return Number.isInteger(port) && Number.isFinite(since) ? [{ generation: port - FIRST_PORT, since }] : [];
  });
  return taken.toSorted((one, other) => other.generation - one.generation)[0];
}
