import { CONSENT_LABEL, OPT_IN } from '../fault/consent.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { ignoreMissing, openKube } from '../support/kube.ts';
import { SYSTEM_NAMESPACE } from '../support/node-job.ts';

/**
 * The lab, to be disturbed where the user asked for it and each cluster has opted in; as it is where nobody asked, or where
 * Meshproof made the clusters. A `usage` error names the clusters that have not opted in.
 */
export async function withConsent(lab: Lab, asked: boolean): Promise<Lab> {
  if (!asked || lab.environment.provider.kind !== 'kubeconfig') return lab;
  const refusing: string[] = [];
  for (const { name, kubeconfig } of lab.clusters) {
    const namespace = await ignoreMissing(
      openKube(kubeconfig).core.readNamespace({ name: SYSTEM_NAMESPACE }),
    );
    if (namespace?.metadata?.labels?.[CONSENT_LABEL] !== 'true') refusing.push(name);
  }
  if (refusing.length === 0) return { ...lab, disruption: 'allowed' };
  throw new MeshproofError('usage', `--allow-disruption: not opted in: ${refusing.join(', ')}`, {
    nextStep: `the owner of each does it by: ${OPT_IN}`,
  });
}
