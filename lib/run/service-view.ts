import type { ServiceView } from '../model/service.ts';
import type { Kube } from '../support/kube.ts';

/** Reads a Service and the ready endpoints behind it; throws what the API throws when there is none. */
export async function readService(kube: Kube, namespace: string, name: string): Promise<ServiceView> {
  const [{ spec }, slices] = await Promise.all([
    kube.core.readNamespacedService({ namespace, name }),
    kube.discovery.listNamespacedEndpointSlice({
      namespace,
      labelSelector: `kubernetes.io/service-name=${name}`,
    }),
  ]);
  const ready = slices.items
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready === true);
  return {
    name,
    namespace,
    clusterIps: (spec?.clusterIPs ?? []).filter((address) => address !== 'None'),
    ports: (spec?.ports ?? []).map((port) => ({
      name: port.name ?? '',
      protocol: port.protocol ?? 'TCP',
      port: port.port,
    })),
    endpoints: ready.flatMap(({ addresses, hostname }) =>
      addresses.map((address) => (hostname === undefined ? { address } : { address, hostname })),
    ),
  };
}
