import type { V1Pod } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import { openKube } from '../../support/kube.ts';
import type { GatewayDoor } from '../contracts.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';
import { withAdmin } from './proxy-admin.ts';

/**
 * Merged metrics (15020), health (15021) and metrics (15090) of every proxy of Istio: kubelets and scrapers read them in
 * clear from outside the mesh, and nothing behind them leads to a workload.
 */
const OF_THE_PROXY_ITSELF = [15_020, 15_021, 15_090];

interface AdminListeners {
  listener_statuses?: {
    local_address?: { socket_address?: { protocol?: string; address?: string; port_value?: number } };
  }[];
}

/** Every port at which the pods of a cluster's east-west gateway take calls, as their containers or proxies say. */
export async function gatewayDoors(cluster: LabCluster): Promise<GatewayDoor[]> {
  const { core } = openKube(cluster.kubeconfig);
  const { items } = await core.listNamespacedPod({
    namespace: ISTIO_NAMESPACE,
    labelSelector: `app=${EAST_WEST_GATEWAY}`,
  });
  const running = items.filter(
    ({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
  );
  const each = await Promise.all(
    running.map(async (pod) => {
      const name = pod.metadata?.name ?? '';
      // A Gateway object opens a port that neither the pod nor its Service declares.
      const page = await withAdmin(cluster, { namespace: ISTIO_NAMESPACE, name }, (read) =>
        read('/listeners?format=json'),
      );
      return portsOf(pod, page).map((port) => ({ pod, address: pod.status?.podIP ?? '', port }));
    }),
  );
  return each.flat();
}

/** TCP ports that a gateway's containers declare or its proxy listens on (`/listeners`, admin.v3.Listeners). */
export function portsOf({ spec }: Pick<V1Pod, 'spec'>, listeners: string): number[] {
  const declared = (spec?.containers ?? [])
    .flatMap(({ ports = [] }) => ports)
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ containerPort }) => containerPort);
  const { listener_statuses: statuses = [] } = JSON.parse(listeners) as AdminListeners;
  const listening = statuses.flatMap(({ local_address: local }) => {
    const { protocol = 'TCP', address = '', port_value: port } = local?.socket_address ?? {};
    const reachable = protocol === 'TCP' && !address.startsWith('127.') && address !== '::1';
    return reachable && port !== undefined ? [port] : [];
  });
  return [...new Set([...declared, ...listening])].filter((port) => !OF_THE_PROXY_ITSELF.includes(port));
}
