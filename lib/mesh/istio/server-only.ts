import type { KubernetesObject } from '@kubernetes/client-node';
import type { ServiceName } from '../contracts.ts';

/**
 * A Sidecar without egress: the proxies of a workload that calls nobody are not told of every service there is. What each
 * start, each push and each change of roots costs goes down by the clusters that a proxy does not hold.
 */
export function serverOnly({ name, namespace }: Pick<ServiceName, 'name' | 'namespace'>): KubernetesObject[] {
  const spec = { workloadSelector: { labels: { app: name } }, egress: [{ hosts: ['~/*'] }] };
  const kind = { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar' };
  return [{ ...kind, metadata: { name: `${name}-calls-nobody`, namespace }, spec } as KubernetesObject];
}
