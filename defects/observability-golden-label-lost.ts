import { telemetry } from '../lib/mesh/istio/telemetry.ts';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { healDrained, proxySays } from '../lib/prove/proxy-view.ts';
import { GOLDEN_SERVICE } from '../lib/run/areas/observability.ts';
import { HTTP_PORT, MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { MeshproofError } from '../lib/support/errors.ts';

const LABEL = 'destination_cluster';

/** Somebody saved series; which cluster a call went to is asked for in the next outage. */
export const observabilityGoldenLabelLost: Defect = {
  id: 'observability-golden-label-lost',
  title: `in the last cluster a Telemetry resource removes the label ${LABEL} from the callers' request counter`,
  caughtBy: ['observability/golden-metrics'],
  says: /golden metrics of .*: 0 of \d+[\s\S]*cause\? .*Telemetry meshproof-mesh\/fewer-series/,
  silent: 'all calls succeed and are counted, the resource is valid and analyze says nothing',
  async plant(lab) {
    await mustHaveGoldenMetrics(lab);
    const override = {
      match: { metric: 'REQUEST_COUNT', mode: 'CLIENT' },
      tagOverrides: { [LABEL]: { operation: 'REMOVE' } },
    };
    await lab.changes.apply(lastCluster(lab), [
      {
        apiVersion: 'telemetry.istio.io/v1',
        kind: 'Telemetry',
        metadata: { name: 'fewer-series', namespace: MESH_NAMESPACE },
        spec: {
          selector: { matchLabels: { app: MESH_CALLER } },
          metrics: [{ providers: [{ name: 'prometheus' }], overrides: [override] }],
        },
      } as never,
    ]);
  },
  async bites(lab) {
    const path = '/config_dump?resource=dynamic_listeners';
    const listeners = (
      await proxySays(lab, { cluster: lastCluster(lab), app: MESH_CALLER }, path)
    ).replaceAll(/\s/g, '');
    return new RegExp(`"tags_to_remove":\\[[^\\]]*"${LABEL}"`).test(listeners)
      ? `the stats filter of ${MESH_CALLER} drops ${LABEL}`
      : undefined;
  },
  heal: (lab) => healDrained(lab, { cluster: lastCluster(lab), app: MESH_CALLER }),
};

/** A proxy without Istio's stats filter would refuse the whole listener, and that is another defect. */
async function mustHaveGoldenMetrics(lab: DefectLab): Promise<void> {
  const cluster = lab.lab.clusters.at(-1);
  const [pod] = await lab.pods(lastCluster(lab), MESH_NAMESPACE, MESH_CALLER);
  if (!cluster || !pod) throw new MeshproofError('environment', `no running pod of ${MESH_CALLER}`);
  const service = { name: GOLDEN_SERVICE, namespace: MESH_NAMESPACE, port: HTTP_PORT };
  const found = await telemetry.golden(cluster, { namespace: MESH_NAMESPACE, name: pod.name }, service);
  if ('unable' in found) throw new MeshproofError('not-applicable', `golden-metrics: ${found.unable}`);
}
