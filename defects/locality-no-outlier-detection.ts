import type { KubernetesObject } from '@kubernetes/client-node';
import type { Defect } from '../lib/prove/defect.ts';
import { nearbyFor } from '../lib/run/areas/locality.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

interface WithTraffic {
  spec: { trafficPolicy: { outlierDetection?: object } };
}

/** Istio sets no priorities without outlier detection; the setting for localities stays, and does nothing. */
export const localityNoOutlierDetection: Defect = {
  id: 'locality-no-outlier-detection',
  title: 'outlier detection was taken out of the rule that keeps calls near',
  caughtBy: ['locality/nearest'],
  says: /DestinationRule meshproof-mesh\/nearby-\S+ was changed/,
  silent: 'localityLbSetting still says enabled; every call is answered, from anywhere',
  plant: (lab) => {
    const cluster = lastCluster(lab);
    const ref = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: nearbyFor(cluster), namespace: MESH_NAMESPACE },
    };
    return lab.changes.edit(cluster, ref, (object) => {
      delete (object as KubernetesObject & WithTraffic).spec.trafficPolicy.outlierDetection;
      return object;
    });
  },
  async bites(lab) {
    const cluster = lastCluster(lab);
    const caller = { cluster, namespace: MESH_NAMESPACE, app: MESH_CALLER };
    const dump = await proxySays(lab, caller, '/config_dump?resource=dynamic_active_clusters');
    const { configs } = JSON.parse(dump) as {
      configs: { cluster: { name: string; outlier_detection?: object } }[];
    };
    const one = configs.find(({ cluster: { name } }) =>
      name.startsWith('outbound|8080||' + nearbyFor(cluster)),
    );
    return one && !one.cluster.outlier_detection
      ? `the proxy of ${MESH_CALLER} in ${cluster} ejects nothing behind ${nearbyFor(cluster)}`
      : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
