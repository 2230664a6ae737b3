import type { IamSubject } from '../../model/aws-iam.ts';
import type { LabCluster } from '../../model/lab.ts';
import { openKube } from '../../support/kube.ts';

/** By which a service account names the role that IRSA gives it (EKS user guide, "Assign IAM roles to Kubernetes service accounts"). */
const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';

/** Service accounts of a cluster that name a role of AWS. */
export async function annotatedAccounts({ name: cluster, kubeconfig }: LabCluster): Promise<IamSubject[]> {
  const { items } = await openKube(kubeconfig).core.listServiceAccountForAllNamespaces();
  return items.flatMap(({ metadata }) => {
    const role = metadata?.annotations?.[ROLE_ANNOTATION];
    if (role === undefined) return [];
    const { namespace = '', name: serviceAccount = '' } = metadata ?? {};
    return [{ cluster, namespace, serviceAccount, via: 'irsa', known: 'annotation', role }];
  });
}
