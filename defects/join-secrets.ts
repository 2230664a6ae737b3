import type { KubernetesObject } from '@kubernetes/client-node';
import type { DefectLab } from '../lib/prove/defect.ts';
import { GUEST } from '../lib/run/guest-spec.ts';
import { MeshproofError } from '../lib/support/errors.ts';

/** Name of the secret by which a control plane watches the guest (istioctl create-remote-secret). */
export const GUEST_SECRET = `istio-remote-secret-${GUEST}`;

/** The cluster that these defects are in: the last one of the lab. */
export function there({ lab }: Pick<DefectLab, 'lab'>): string {
  const last = lab.clusters.at(-1);
  if (last) return last.name;
  throw new MeshproofError('bug', 'a lab without clusters');
}

/** A policy that changes the guest's remote secret on its way into a cluster, as an operator's own admission control may. */
export function secretPolicy(name: string, expression: string): KubernetesObject[] {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const policy: KubernetesObject & { spec: unknown } = {
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] },
        ],
      },
      matchConditions: [{ name: 'guest', expression: `object.metadata.name == "${GUEST_SECRET}"` }],
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
    },
  };
  const binding: KubernetesObject & { spec: unknown } = {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name },
  };
  return [policy, binding];
}

/** What a secret of the guest's name would be like if it were made now; nothing is made. */
export async function asAdmitted(lab: DefectLab) {
  return lab.kube(there(lab)).core.createNamespacedSecret({
    namespace: lab.driver.namespace,
    dryRun: 'All',
    body: { metadata: { name: GUEST_SECRET, labels: { 'istio/multiCluster': 'true' } } },
  });
}
