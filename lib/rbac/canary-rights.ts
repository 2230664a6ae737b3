import { APPLY, ENVIRONMENT, MESH, merged, type Right, right, WORKLOADS } from './rights.ts';

const REVISION = 'meshproof-candidate';
const RBAC = 'rbac.authorization.k8s.io';
const istiod = { names: [`istiod-${REVISION}`] };
/** What istiod is given in the whole cluster; each with its binding. */
const clusterRoles = {
  names: ['istio-reader-clusterrole', 'istiod-clusterrole', 'istiod-gateway-controller'].map(
    (name) => `${name}-${REVISION}-istio-system`,
  ),
};
const injector = `istio-sidecar-injector-${REVISION}`;
const webhooks = 'admissionregistration.k8s.io';
/** Only what has these names is made, changed or removed; lists cannot be narrowed so. */
const OWN = [...APPLY, 'delete'];

/** A second control plane, as `istioctl manifest generate` makes it of Istio 1.31. */
const SECOND_CONTROL_PLANE: Right[] = [
  right(webhooks, ['mutatingwebhookconfigurations'], OWN, { names: [injector] }),
  right(webhooks, ['validatingwebhookconfigurations'], OWN, {
    names: [`istio-validator-${REVISION}-istio-system`],
  }),
  right(webhooks, ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'], ['list']),
  right(RBAC, ['clusterroles'], [...OWN, 'escalate', 'bind'], clusterRoles),
  right(RBAC, ['clusterrolebindings'], OWN, clusterRoles),
  right(RBAC, ['clusterroles', 'clusterrolebindings'], ['list']),
  right(RBAC, ['roles'], [...OWN, 'escalate', 'bind'], { ...MESH, ...istiod }),
  right(RBAC, ['rolebindings'], OWN, { ...MESH, ...istiod }),
  right(RBAC, ['roles', 'rolebindings'], ['list'], MESH),
  right('apps', ['deployments'], [...OWN, 'get'], { ...MESH, ...istiod }),
  right('', ['services', 'serviceaccounts'], OWN, { ...MESH, ...istiod }),
  right('', ['configmaps'], APPLY, {
    ...MESH,
    names: [`istio-${REVISION}`, injector, `values-${REVISION}`],
  }),
  right('apps', ['deployments'], ['list'], MESH),
  right('', ['services', 'serviceaccounts', 'configmaps'], ['list'], MESH),
  right('autoscaling', ['horizontalpodautoscalers'], ['list'], MESH),
  right('policy', ['poddisruptionbudgets'], ['list'], MESH),
  right('', ['pods'], ['deletecollection'], MESH),
  // What it makes for its elections: any name that ends in its revision.
  right('', ['configmaps'], ['delete'], MESH),
  right('coordination.k8s.io', ['leases'], ['list', 'delete'], MESH),
];

/** Callers of both sides, and a look at what new pods would get. */
const SIDES = [
  right('apps', ['deployments'], ['get']),
  right('', ['pods'], ['create'], { namespace: 'default' }),
];

/**
 * The least that a gate's comparison side by side takes. Who may give istiod its roles (`escalate`, `bind`) may do whatever istiod
 * may: read secrets, and decide what is put into pods.
 */
export function rightsForCanary(): Right[] {
  return merged([...ENVIRONMENT, ...WORKLOADS, ...SECOND_CONTROL_PLANE, ...SIDES]);
}
