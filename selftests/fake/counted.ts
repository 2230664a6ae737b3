import type { RunManifest } from '../../lib/model/run.ts';
import type { ApiCallCounts } from '../../lib/model/api-calls.ts';
import { type ApiCallEntry, apiCallsFile } from '../../lib/report/api-calls.ts';
import type { Backend } from '../../lib/run/backend.ts';
import { appendLine } from '../../lib/support/json-lines.ts';

/**
 * A backend that counts what the real one would ask of API servers for the same (see lab-backend.ts and agents.ts), and
 * adds it to the run's folder as a real run does: so that the cost of a suite is seen for any number of clusters.
 */
export function counted(backend: Backend, { output }: Pick<RunManifest, 'output'>): Backend {
  const counts: ApiCallCounts = {};
  const found = new Set<string>();
  const count = (cluster: string, kind: string) => {
    const own = (counts[cluster] ??= {});
    own[kind] = (own[kind] ?? 0) + 1;
  };
  return {
    ...backend,
    async agent(caller) {
      const { cluster, namespace, workload, pod } = caller;
      const name = [cluster, namespace, workload, pod].join('/');
      if (!found.has(name)) {
        count(cluster, 'list pods');
        count(cluster, 'get pods/portforward');
      }
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
      count(cluster, 'get services');
      count(cluster, 'list endpointslices');
      return backend.service(cluster, namespace, name);
    },
    async addService(name, namespace, app) {
      for (const cluster of backend.lab.clusters) count(cluster.name, 'patch services');
      const remove = await backend.addService(name, namespace, app);
      return async () => {
        for (const cluster of backend.lab.clusters) count(cluster.name, 'delete services');
        await remove();
      };
    },
    async [Symbol.asyncDispose]() {
      const entry: ApiCallEntry = { process: 'suites', counts };
      appendLine(apiCallsFile(output), entry);
      await backend[Symbol.asyncDispose]();
    },
  };
}
