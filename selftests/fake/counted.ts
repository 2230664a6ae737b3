import type { ApiCallCounts } from '../../lib/model/api-calls.ts';
import type { ApiCallCounter } from '../../lib/run/api-calls.ts';
import type { Backend } from '../../lib/run/backend.ts';

/** Kinds of the requests that open an agent: once for a pod and process, so that they belong to no test in particular. */
export const OF_AGENTS = ['list pods, for an agent', 'get pods/portforward'];

/** A backend, and what the real one would have asked of API servers for the same. */
export interface Counted {
  backend: Backend;
  calls: ApiCallCounter;
}

/**
 * Counts what the real backend would ask of API servers (see lab-backend.ts and agents.ts), so that the cost of a suite is
 * seen for any number of clusters. A suite that asks an API server itself (`kube`, `apply`, `changes`) does not run in the
 * fake world: a real run shows its cost (`npm run api-growth`).
 */
export function counted(backend: Backend): Counted {
  const counts: ApiCallCounts = {};
  const found = new Set<string>();
  const count = (cluster: string, ...kinds: readonly string[]) => {
    const own = (counts[cluster] ??= {});
    for (const kind of kinds) own[kind] = (own[kind] ?? 0) + 1;
  };
  const everywhere = (...kinds: readonly string[]) => {
    for (const { name } of backend.lab.clusters) count(name, ...kinds);
  };
  const counting: Backend = {
    ...backend,
    mtls: {
      ...backend.mtls,
      trustAnchor: (cluster) => {
        count(cluster.name, 'get configmaps');
        return backend.mtls.trustAnchor(cluster);
      },
    },
    async agent(caller) {
      const { cluster, namespace, workload, pod } = caller;
      const name = [cluster, namespace, workload, pod].join('/');
      if (!found.has(name)) count(cluster, ...OF_AGENTS);
      found.add(name);
      return backend.agent(caller);
    },
    async pods(cluster, namespace, app) {
      count(cluster, 'list pods');
      return backend.pods(cluster, namespace, app);
    },
    async endpoints(cluster, namespace, service) {
      count(cluster, 'list endpointslices');
      return backend.endpoints(cluster, namespace, service);
    },
    async clusterIp(cluster, namespace, service) {
      count(cluster, 'get services');
      return backend.clusterIp(cluster, namespace, service);
    },
    async service(cluster, namespace, name) {
      count(cluster, 'get services', 'list endpointslices');
      return backend.service(cluster, namespace, name);
    },
    async addService(name, namespace, app) {
      everywhere('patch services');
      const remove = await backend.addService(name, namespace, app);
      return async () => {
        everywhere('delete services');
        await remove();
      };
    },
    async load(request) {
      count(request.cluster, 'create jobs', 'list pods', 'get pods/log', 'delete jobs');
      return backend.load(request);
    },
    async steady(timeoutMs) {
      everywhere('list deployments', 'list pods');
      return backend.steady(timeoutMs);
    },
    async problems() {
      everywhere('list pods', 'list secrets');
      return backend.problems();
    },
  };
  return {
    backend: counting,
    calls: { counts: () => structuredClone(counts), [Symbol.dispose]: () => {} },
  };
}
