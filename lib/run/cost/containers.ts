import type { V1Pod } from '@kubernetes/client-node';
import type { Footprint } from '../../mesh/tells.ts';
import { meshDriver } from '../../mesh/registry.ts';
import type { CostRole, MeteredContainer } from '../../model/cost.ts';
import type { Lab } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { openKube } from '../../support/kube.ts';

/** Workloads whose proxies are read, by the `app` label of their pods. */
export interface MeteredWorkloads {
  namespace: string;
  /** Who calls. */
  client: { cluster: string; app: string };
  /** Who is called, wherever it runs. */
  server: string;
}

/** What the driver of a lab's mesh says of its own programs; `not-applicable` where it says nothing. */
export function footprintOf(lab: Lab): Footprint {
  const { footprint, name } = meshDriver(lab.environment);
  if (footprint) return footprint;
  throw new MeshproofError('not-applicable', `the driver ${name} does not tell its programs from workloads`);
}

/**
 * The containers of proxies, gateways and control plane that calls of these workloads give work to, as they run now. Gateways
 * of the caller's own cluster have none, and are left out.
 */
export async function meteredContainers(
  lab: Lab,
  { namespace, client, server }: MeteredWorkloads,
): Promise<MeteredContainer[]> {
  const { proxyContainer, gateways, controlPlane } = footprintOf(lab);
  const found = await Promise.all(
    lab.clusters.map(async ({ name: cluster, kubeconfig }) => {
      const { core } = openKube(kubeconfig);
      const ofRole = async (role: CostRole, where: { namespace: string; app: string }, container: string) => {
        const { items } = await core.listNamespacedPod({
          namespace: where.namespace,
          labelSelector: `app=${where.app}`,
        });
        return items.flatMap((pod) => runningContainer(pod, { role, cluster, container }) ?? []);
      };
      const isCaller = cluster === client.cluster;
      return [
        ...(isCaller ? await ofRole('client-proxy', { namespace, app: client.app }, proxyContainer) : []),
        ...(await ofRole('server-proxy', { namespace, app: server }, proxyContainer)),
        ...(isCaller ? [] : await ofRole('gateway', gateways, proxyContainer)),
        ...(await ofRole('control-plane', controlPlane, controlPlane.container)),
      ];
    }),
  );
  return found.flat();
}

/** The container of this name in a pod, where it runs. */
export function runningContainer(
  { metadata, spec, status }: V1Pod,
  { role, cluster, container }: Pick<MeteredContainer, 'role' | 'cluster' | 'container'>,
): MeteredContainer | undefined {
  // A native sidecar is an init container.
  const found = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(
    ({ name, state }) => name === container && state?.running !== undefined,
  );
  const id = found?.containerID?.split('://')[1];
  if (id === undefined || metadata?.deletionTimestamp) return undefined;
  return {
    role,
    cluster,
    container,
    namespace: metadata?.namespace ?? '',
    pod: metadata?.name ?? '',
    node: spec?.nodeName ?? '',
    id,
  };
}
