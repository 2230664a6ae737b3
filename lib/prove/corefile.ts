import type { KubernetesObject } from '@kubernetes/client-node';
import { restartResolvers } from '../run/resolvers.ts';
import { MeshproofError } from '../support/errors.ts';
import type { DefectLab } from './defect.ts';

const CONFIG = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'coredns', namespace: 'kube-system' },
} as const;

/**
 * Changes the configuration of a cluster's resolvers and restarts them, since their own reload takes up to two minutes
 * (volume and jitter). Throws when the change changes nothing: the file is not as the defect expects it.
 */
export async function editCorefile(
  lab: DefectLab,
  cluster: string,
  change: (corefile: string) => string,
): Promise<void> {
  await lab.changes.edit(cluster, CONFIG, (object: KubernetesObject & { data?: Record<string, string> }) => {
    const before = object.data?.['Corefile'] ?? '';
    const after = change(before);
    if (after === before)
      throw new MeshproofError('environment', `${cluster}: its Corefile is not kubeadm's`);
    return { ...object, data: { ...object.data, Corefile: after } };
  });
  await restartResolvers(lab.kube(cluster));
}

/** Puts the configuration back and restarts the resolvers. Idempotent. */
export async function healCorefile(lab: DefectLab, cluster: string): Promise<void> {
  const undone = await lab.changes.revert();
  if (undone.length > 0) await restartResolvers(lab.kube(cluster));
}
