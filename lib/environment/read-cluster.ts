import { VersionApi } from '@kubernetes/client-node';
import type { ClusterSpec } from '../model/environment.ts';
import type { LabCluster, LabNode } from '../model/lab.ts';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import { type Kube, openKube } from '../support/kube.ts';
import { nodeHandle } from '../support/node-job.ts';

/** An API server that is there answers sooner. */
const ANSWERS_WITHIN_MS = 15_000;

/** A cluster as its API server shows it: nodes, zones, version. An `environment` error when it cannot be used. */
export async function readCluster(
  { name, region, network, podCidr, serviceCidr }: ClusterSpec,
  kubeconfig: string,
): Promise<{ cluster: LabCluster; version: string }> {
  const kube = openKube(kubeconfig);
  const seen = Promise.all([nodesOf(name, kube), kube.config.makeApiClient(VersionApi).getCode()]);
  const slow = new Promise<never>((_, reject) => {
    setTimeout(
      () => reject(new Error(`no answer in ${ANSWERS_WITHIN_MS / 1000} s`)),
      ANSWERS_WITHIN_MS,
    ).unref();
  });
  try {
    const [nodes, { gitVersion }] = await Promise.race([seen, slow]);
    return {
      cluster: { name, region, network, podCidr, serviceCidr, kubeconfig, nodes },
      version: gitVersion,
    };
  } catch (error) {
    throw new MeshproofError(
      'environment',
      `${name}: its API server cannot be used: ${errorMessage(error)}`,
      {
        nextStep: `kubectl --kubeconfig ${kubeconfig} get nodes; meshproof rbac prints the rights that are needed`,
        cause: error,
      },
    );
  }
}

async function nodesOf(cluster: string, { core }: Kube): Promise<LabNode[]> {
  const { items } = await core.listNode();
  return items.map(({ metadata, status }) => {
    const node = metadata?.name ?? '';
    const labels = metadata?.labels ?? {};
    const isServer = labels['node-role.kubernetes.io/control-plane'] !== undefined;
    return {
      name: node,
      role: isServer ? 'control-plane' : 'worker',
      zone: labels['topology.kubernetes.io/zone'] ?? '',
      container: nodeHandle(cluster, node),
      address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    };
  });
}
