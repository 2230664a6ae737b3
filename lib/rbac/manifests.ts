import type {
  KubernetesObject,
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1PolicyRule,
  V1Role,
  V1RoleBinding,
} from '@kubernetes/client-node';
import { CONSENT_LABEL } from '../fault/consent.ts';
import { SYSTEM_NAMESPACE } from '../support/node-job.ts';
import type { Right } from './rights.ts';

const RBAC = 'rbac.authorization.k8s.io';

/**
 * An account with exactly these rights: Namespace, ServiceAccount, a ClusterRole for what holds everywhere and a Role for each
 * namespace, with their bindings. With `optIn` the namespace lets the cluster be disturbed.
 */
export function rbacManifests(
  rights: readonly Right[],
  { account, optIn }: { account: string; optIn: boolean },
): KubernetesObject[] {
  const namespaces = [...new Set(rights.flatMap(({ namespace }) => namespace ?? []))];
  const subject = { kind: 'ServiceAccount', name: account, namespace: SYSTEM_NAMESPACE };
  const refer = (kind: string) => ({ apiGroup: RBAC, kind, name: account });
  const rulesOf = (namespace?: string) =>
    rights.filter((one) => one.namespace === namespace).map((one) => rule(one));
  const clusterRole: V1ClusterRole = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: account },
    rules: rulesOf(),
  };
  const clusterBinding: V1ClusterRoleBinding = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: account },
    roleRef: refer('ClusterRole'),
    subjects: [subject],
  };
  const inside = namespaces.flatMap((namespace): [V1Role, V1RoleBinding] => [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: { name: account, namespace },
      rules: rulesOf(namespace),
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name: account, namespace },
      roleRef: refer('Role'),
      subjects: [subject],
    },
  ]);
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: SYSTEM_NAMESPACE,
        labels: {
          // The Jobs that let commands into nodes are privileged.
          'pod-security.kubernetes.io/enforce': 'privileged',
          ...(optIn ? { [CONSENT_LABEL]: 'true' } : {}),
        },
      },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: SYSTEM_NAMESPACE } },
    clusterRole,
    clusterBinding,
    ...inside,
  ];
}

function rule({ group, resources, verbs, names }: Right): V1PolicyRule {
  return {
    apiGroups: [group],
    resources: [...resources],
    verbs: [...verbs],
    ...(names === undefined ? {} : { resourceNames: [...names] }),
  };
}
