import type { KubernetesObject } from '@kubernetes/client-node';
import type { AccessPolicy, AccessRule } from '../../model/access.ts';
import type { Environment } from '../../model/environment.ts';
import type { Authorization } from '../contracts.ts';

/** AuthorizationPolicy objects, carried out by the server's own proxy. */
export const istioAuthorization: Authorization = {
  // Envoy's RBAC filter answers HTTP itself, and ends a TCP connection once it knows the peer.
  denial: { http: /^HTTP 403: RBAC: access denied$/, tcp: 'reset' },
  objects: (environment, policy) => [
    ...(policy.defaultDeny ? [authorizationPolicy('default-deny', policy.namespace, {})] : []),
    ...policy.rules.map((rule) => ruleObject(environment, policy, rule)),
  ],
};

function ruleObject(
  environment: Environment,
  { namespace, workload }: AccessPolicy,
  rule: AccessRule,
): KubernetesObject {
  const source = present({
    principals: rule.identities?.map(
      (one) => `${environment.mesh.trustDomain}/ns/${one.namespace}/sa/${one.account}`,
    ),
    namespaces: rule.namespaces,
  });
  const operation = present({ methods: rule.methods, paths: rule.paths, ports: rule.ports?.map(String) });
  return authorizationPolicy(rule.name, namespace, {
    selector: { matchLabels: { app: workload } },
    action: rule.action === 'allow' ? 'ALLOW' : 'DENY',
    rules: [present({ from: source && [{ source }], to: operation && [{ operation }] }) ?? {}],
  });
}

/** An empty spec is Istio's own way to allow nothing. */
function authorizationPolicy(name: string, namespace: string, spec: object): KubernetesObject {
  const kind = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy' };
  return { ...kind, metadata: { name, namespace }, spec } as KubernetesObject;
}

/** The fields that are there; undefined when none is. */
function present(fields: Record<string, unknown>): Record<string, unknown> | undefined {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
