import type { KubernetesObject } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';
import type { Defect } from '../lib/prove/defect.ts';
import { istioMcs } from '../lib/mesh/istio/mcs.ts';
import { LOCAL_NAMESPACE, localServiceAt } from '../lib/run/areas/discovery.ts';
import { healed, knownElsewhere } from './discovery-proxy-view.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

/** What must stay in its cluster serves others, who get an answer where they got none: nobody complains. */
export const discoveryClusterLocalLeaks: Defect = {
  id: 'discovery-cluster-local-leaks',
  title: 'the setting that keeps services in their cluster is gone, and one of them is exported',
  caughtBy: ['discovery/cluster-local'],
  says: /is answered by nobody: not so \(\d+ × ok from/,
  silent: 'more calls succeed than before',
  async plant(lab) {
    const cluster = lastCluster(lab);
    const mesh = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio', namespace: 'istio-system' },
    };
    for (const { name } of lab.lab.clusters) {
      await lab.changes.edit(name, mesh, (object) => {
        const { data } = object as KubernetesObject & { data: { mesh: string } };
        const { serviceSettings, ...rest } = parse(data.mesh) as { serviceSettings?: unknown };
        void serviceSettings;
        data.mesh = stringify(rest);
        return object;
      });
    }
    const service = { name: localServiceAt(cluster), namespace: LOCAL_NAMESPACE };
    await lab.changes.apply(cluster, [istioMcs.serviceExport(service)]);
  },
  bites: (lab) =>
    knownElsewhere(lab, { name: localServiceAt(lastCluster(lab)), namespace: LOCAL_NAMESPACE }, 'known'),
  heal: (lab) =>
    healed(lab, { name: localServiceAt(lastCluster(lab)), namespace: LOCAL_NAMESPACE }, 'forgotten'),
};
