import type { KubernetesObject } from '@kubernetes/client-node';
import { firstCluster } from '../lib/prove/clusters.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { restartResolvers } from '../lib/run/resolvers.ts';

const REF = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'coredns', namespace: 'kube-system' },
} as const;

/** CoreDNS is replaced all at once: each rollout is an outage of all names. */
export const dnsAllAtOnce: Defect = {
  id: 'dns-all-at-once',
  title: 'in the first cluster the Deployment of CoreDNS ends all its pods before it starts new ones',
  caughtBy: ['dns/resolver-restart'],
  says: /error-seconds .*budget.*coredns is restarted all at once \(Recreate/s,
  silent: 'nothing is wrong until the next rollout, and after it everything is well again',
  plant: (lab) =>
    lab.changes.edit(firstCluster(lab), REF, (object: KubernetesObject & { spec?: object }) => ({
      ...object,
      spec: { ...object.spec, strategy: { type: 'Recreate' } },
    })),
  async bites(lab) {
    const cluster = firstCluster(lab);
    let least = Number.POSITIVE_INFINITY;
    const restarted = restartResolvers(lab.kube(cluster)).then(() => true);
    do {
      const serving = await lab.endpoints(cluster, 'kube-system', 'kube-dns');
      least = Math.min(least, serving.length);
    } while (!(await Promise.race([restarted, lab.clock.sleep(250)])));
    return least === 0 ? 'during a restart kube-dns had no endpoint at all' : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
