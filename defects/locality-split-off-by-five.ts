import type { KubernetesObject } from '@kubernetes/client-node';
import type { Defect } from '../lib/prove/defect.ts';
import { WEIGHTED_SERVICE } from '../lib/run/areas/locality.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

/** Points that move from the first cluster to the second. */
const POINTS = 5;

interface WithRoutes {
  spec: { http: { route: { weight: number }[] }[] };
}

/** A sample that is judged by eye, ± a few points, never sees it. */
export const localitySplitOffByFive: Defect = {
  id: 'locality-split-off-by-five',
  title: 'in the last cluster five points of the weights are on the wrong cluster',
  caughtBy: ['locality/weighted-split'],
  says: /VirtualService meshproof-mesh\/weighted was changed/,
  silent: 'weights sum up to 100, every call is answered, and a look at 50 calls finds nothing',
  plant: (lab) => {
    const ref = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: WEIGHTED_SERVICE, namespace: MESH_NAMESPACE },
    };
    return lab.changes.edit(lastCluster(lab), ref, (object) => {
      const [first, second] = (object as KubernetesObject & WithRoutes).spec.http[0]?.route ?? [];
      if (first) first.weight -= POINTS;
      if (second) second.weight += POINTS;
      return object;
    });
  },
  async bites(lab) {
    const caller = { cluster: lastCluster(lab), namespace: MESH_NAMESPACE, app: MESH_CALLER };
    const routes = await proxySays(lab, caller, '/config_dump?resource=dynamic_route_configs');
    const [, weight] = /"weight": (7\d)\b/.exec(routes) ?? [];
    return weight === undefined
      ? undefined
      : `the routes of ${MESH_CALLER} in ${lastCluster(lab)} have a weight of ${weight}`;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
