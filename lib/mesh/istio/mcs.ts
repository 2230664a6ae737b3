import type { KubernetesObject } from '@kubernetes/client-node';
import type { MultiClusterServices, ServiceName } from '../contracts.ts';

/** Group and version that Istio reads (its environment variables MCS_API_GROUP and MCS_API_VERSION, by default). */
const API_VERSION = 'multicluster.x-k8s.io/v1alpha1';

type Name = Pick<ServiceName, 'name' | 'namespace'>;

/**
 * The Multi-Cluster Services API in Istio: its control plane carries out exports and imports, and nobody makes the
 * imports or writes conditions. That is the work of a controller, whose part the tests play as Istio's own do.
 */
export const istioMcs: MultiClusterServices = {
  serviceExport: (service) => object('ServiceExport', service),
  serviceImport: (service, { ip, ports }) =>
    object('ServiceImport', service, {
      type: 'ClusterSetIP',
      ips: [ip],
      ports: ports.map((port) => ({ ...port })),
    }),
  reservedAddress: ({ name, namespace }, port) =>
    ({
      apiVersion: 'v1',
      kind: 'Service',
      // `~` exports to no namespace: no proxy gets a listener for it.
      metadata: {
        name: `${name}-clusterset`,
        namespace,
        annotations: { 'networking.istio.io/exportTo': '~' },
      },
      spec: { ports: [{ name: 'http', port }] },
    }) as KubernetesObject,
  host: ({ name, namespace }) => `${name}.${namespace}.svc.clusterset.local`,
};

function object(kind: string, { name, namespace }: Name, spec?: object): KubernetesObject {
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace }, ...(spec ? { spec } : {}) };
}
