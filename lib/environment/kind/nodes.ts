import type { ClusterSpec } from '../../model/environment.ts';
import type { LabNode } from '../../model/lab.ts';
import { exec } from '../../support/exec.ts';
import { type Kube, waitFor } from '../../support/kube.ts';
import { KIND_CLUSTER_LABEL } from './config.ts';

/** A node as the API server knows it, with the pod range that it was given. */
export interface ProvisionedNode extends LabNode {
  podCidr: string;
}

/** Waits until every node of the cluster has registered and has an address and a pod range. */
export async function registeredNodes(
  kube: Kube,
  spec: ClusterSpec,
  signal: AbortSignal,
): Promise<ProvisionedNode[]> {
  return waitFor(
    `${spec.name}: ${spec.nodes.length} nodes registered`,
    async () => {
      const { items } = await kube.core.listNode();
      const nodes = items.flatMap((node) => {
        const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
        const name = node.metadata?.name;
        const podCidr = node.spec?.podCIDR;
        if (!address || !name || !podCidr) return [];
        const labels = node.metadata?.labels ?? {};
        const role: LabNode['role'] =
          labels['node-role.kubernetes.io/control-plane'] === undefined ? 'worker' : 'control-plane';
        const zone = labels['topology.kubernetes.io/zone'] ?? '';
        // A kind node's Kubernetes name is its container's name.
        return [{ name, container: name, role, zone, address, podCidr }];
      });
      return nodes.length === spec.nodes.length && nodes;
    },
    { timeoutMs: 120_000, signal },
  );
}

/** Waits until every node and CoreDNS are Ready. */
export async function waitUntilReady(kube: Kube, spec: ClusterSpec, signal: AbortSignal): Promise<void> {
  await waitFor(
    `${spec.name}: nodes Ready`,
    async () => {
      const { items } = await kube.core.listNode();
      return items.every((node) =>
        node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
      );
    },
    { timeoutMs: 180_000, signal, nextStep: 'kubectl describe nodes; meshproof doctor' },
  );
  await waitFor(
    `${spec.name}: CoreDNS ready`,
    async () => {
      const { status } = await kube.apps.readNamespacedDeployment({
        namespace: 'kube-system',
        name: 'coredns',
      });
      return (status?.readyReplicas ?? 0) >= 1;
    },
    { timeoutMs: 180_000, signal, nextStep: 'kubectl -n kube-system describe pods -l k8s-app=kube-dns' },
  );
}

/** Names of the containers of a kind cluster: of all, or of those that run. */
export async function kindContainers(
  env: Record<string, string>,
  cluster: string,
  which: 'all' | 'running' = 'all',
): Promise<string[]> {
  const filter = `label=${KIND_CLUSTER_LABEL}=${cluster}`;
  const args = ['ps', ...(which === 'all' ? ['--all'] : []), '--filter', filter, '--format', '{{.Names}}'];
  const { stdout } = await exec('docker', args, { env });
  return stdout.split('\n').filter(Boolean);
}
