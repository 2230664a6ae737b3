import { eachStep } from '../gameday/load.ts';
import type { Scenario, ScenarioProbe } from '../gameday/schema.ts';
import { SYSTEM_NAMESPACE } from '../support/node-job.ts';

/** What one may do with some kinds of objects, as RBAC has it; in all namespaces where none is named. */
export interface Right {
  /** API group; empty for the core. */
  group: string;
  resources: readonly string[];
  verbs: readonly string[];
  namespace?: string;
  /** Only objects of these names. */
  names?: readonly string[];
}

/** A right, in the order in which RBAC is thought of. */
export const right = (
  group: string,
  resources: readonly string[],
  verbs: readonly string[],
  where: Pick<Right, 'namespace' | 'names'> = {},
): Right => ({ group, resources, verbs, ...where });

/** The control plane's namespace. */
export const MESH = { namespace: 'istio-system' };
const SYSTEM = { namespace: SYSTEM_NAMESPACE };
/** Server-side apply makes what is not there: it takes both (Kubernetes, "Server-Side Apply", access control). */
export const APPLY = ['create', 'patch'];
/** A WebSocket is opened by a GET; Kubernetes 1.35 and later ask for `create` as well. */
const OPEN = ['get', 'create'];

/** What `istioctl remote-clusters` asks for: it looks up revisions, and asks istiod through a port-forward. */
const ISTIOCTL = [
  right('admissionregistration.k8s.io', ['mutatingwebhookconfigurations'], ['list', 'watch']),
  right('', ['pods'], ['get', 'list'], MESH),
  right('', ['pods/portforward'], OPEN, MESH),
];

/** To find clusters and mesh, and to hold the Lease. */
export const ENVIRONMENT: readonly Right[] = [
  right('', ['nodes'], ['list']),
  right('', ['namespaces'], ['get', 'patch'], { names: [SYSTEM_NAMESPACE] }),
  right('coordination.k8s.io', ['leases'], ['get', 'create', 'update', 'delete'], SYSTEM),
  right('apps', ['deployments'], ['get'], MESH),
  right('', ['services'], ['get'], MESH),
  ...ISTIOCTL,
];

/** Meshproof's own workloads, in namespaces that come and go with a run; and the agents in them. */
export const WORKLOADS: readonly Right[] = [
  right('', ['namespaces'], ['get', 'list', 'create', 'patch', 'delete']),
  right('', ['configmaps', 'serviceaccounts', 'services'], APPLY),
  right('apps', ['deployments'], [...APPLY, 'list']),
  right('apps', ['statefulsets', 'daemonsets'], ['list']),
  right('networking.istio.io', ['sidecars'], APPLY),
  right('', ['pods'], ['list', 'deletecollection']),
  right('', ['pods/portforward'], OPEN),
  // Every sweep looks whether ways into the nodes are left.
  right('batch', ['jobs'], ['list'], SYSTEM),
];

/** The Jobs by which commands get into nodes: root on each of them. */
const IN_NODES = [
  right('batch', ['jobs'], ['get', 'list', 'create', 'deletecollection'], SYSTEM),
  right('', ['pods'], ['list'], SYSTEM),
  right('', ['pods/exec'], OPEN, SYSTEM),
];

/** Whose last copy a fault would take is looked up among all pods. */
const GUARD = [right('', ['pods'], ['list'])];

/** What a probe of each plane takes beside calls: the control plane is given changes, and certificates have a workload of theirs. */
const PLANES: Partial<Record<ScenarioProbe['plane'], Right[]>> = {
  control: [right('', ['services'], ['get', 'create', 'patch', 'delete'])],
  certificates: [
    right('', ['configmaps'], ['get'], MESH),
    right('', ['services'], ['get']),
    right('networking.istio.io', ['virtualservices', 'destinationrules'], APPLY),
  ],
};

/**
 * What `meshproof cost` asks beside that: what kubelets count, since no way into the nodes is opened; logs of its own proxies, which
 * tell the times of calls once they are told to; and services by the hundred, in a namespace of their own.
 */
const COSTS = [
  right('', ['nodes/proxy'], ['get']),
  right('', ['pods/log'], ['get']),
  right('', ['services'], ['get', 'delete']),
  right('discovery.k8s.io', ['endpointslices'], APPLY),
  right('networking.istio.io', ['envoyfilters'], APPLY),
];

/** The least that `meshproof cost` takes. */
export function rightsForCost(): Right[] {
  return merged([...ENVIRONMENT, ...WORKLOADS, ...COSTS]);
}

/** The least that a fault takes by itself. */
export function rightsForFault(): Right[] {
  return merged([...ENVIRONMENT, ...IN_NODES, ...GUARD]);
}

/** The least that a game day takes; a rehearsal, or one without faults, opens no way into the nodes. */
export function rightsForGameday(
  { probes, steps }: Pick<Scenario, 'probes' | 'steps'>,
  options: { rehearse: boolean },
): Right[] {
  const injects = [...eachStep(steps, [])].some(({ step }) => 'inject' in step) && !options.rehearse;
  return merged([
    ...ENVIRONMENT,
    ...WORKLOADS,
    ...probes.flatMap(({ plane }) => PLANES[plane] ?? []),
    ...(injects ? [...IN_NODES, ...GUARD] : []),
  ]);
}

/** Rights to the same things joined: those that hold everywhere contain those of one namespace. Pure. */
export function merged(rights: readonly Right[]): Right[] {
  const all = new Map<string, Right>();
  for (const { resources, verbs, ...where } of rights) {
    for (const resource of resources) {
      const key = JSON.stringify([where.group, resource, where.namespace, where.names]);
      const before = all.get(key)?.verbs ?? [];
      all.set(key, { ...where, resources: [resource], verbs: [...new Set([...before, ...verbs])] });
    }
  }
  const flat = [...all.values()];
  return flat.flatMap((one) => {
    const everywhere = flat.find(
      (other) =>
        other !== one &&
        other.group === one.group &&
        other.resources[0] === one.resources[0] &&
        other.namespace === undefined &&
        other.names === undefined,
    );
    const verbs = one.verbs.filter((verb) => !everywhere?.verbs.includes(verb));
    return verbs.length === 0 ? [] : [{ ...one, verbs }];
  });
}
