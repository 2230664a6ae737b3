import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { istioDiscovery } from '../lib/mesh/istio/discovery.ts';
import { SCALED_SERVICE } from '../lib/run/areas/discovery.ts';
import { HTTP_PORT, localService, MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { MeshproofError } from '../lib/support/errors.ts';
import { waitFor } from '../lib/support/kube.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

const SERVICE = { name: SCALED_SERVICE, namespace: MESH_NAMESPACE, port: HTTP_PORT };

/** What a tool that mirrored endpoints left behind when it went: nothing fails before the service is scaled away. */
export const discoveryLeftoverSlice: Defect = {
  id: 'discovery-leftover-slice',
  title: "an EndpointSlice that no controller looks after keeps another workload's pod behind a service",
  caughtBy: ['discovery/scale-to-zero'],
  says: /scaled away: not noticed by the caller in .*cause\? EndpointSlice flex-mirrored in \S+ keeps/s,
  silent: 'the service has ready endpoints, and every call to it is answered with 200 by its own cluster',
  async plant(lab) {
    const cluster = lastCluster(lab);
    const pod = await otherPod(lab);
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${SCALED_SERVICE}-mirrored`,
        namespace: MESH_NAMESPACE,
        labels: {
          'kubernetes.io/service-name': SCALED_SERVICE,
          'endpointslice.kubernetes.io/managed-by': 'endpoint-mirror.example.com',
        },
      },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: HTTP_PORT, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: [pod.address],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name: pod.name, namespace: MESH_NAMESPACE },
        },
      ],
    };
    await lab.changes.apply(cluster, [slice]);
  },
  async bites(lab) {
    const { name, address } = await otherPod(lab);
    const listed = await listedInProxy(lab, address);
    return listed
      ? `the proxy of ${MESH_CALLER} in ${lastCluster(lab)} has ${name} for ${SCALED_SERVICE}`
      : undefined;
  },
  async heal(lab) {
    await lab.changes.revert();
    const { address } = await otherPod(lab);
    await waitFor(
      `${SCALED_SERVICE} has its own pods only`,
      async () => !(await listedInProxy(lab, address)),
      { timeoutMs: 90_000 },
    );
  },
};

/** A pod of the same cluster that answers the same port and is no pod of the service. */
async function otherPod(lab: DefectLab) {
  const cluster = lastCluster(lab);
  const [pod] = await lab.pods(cluster, MESH_NAMESPACE, localService(cluster));
  if (pod) return pod;
  throw new MeshproofError('environment', `${cluster}: no pod of ${localService(cluster)} runs`);
}

/** Whether a caller's proxy calls this address for the service. */
async function listedInProxy(lab: DefectLab, address: string): Promise<boolean> {
  const caller = { cluster: lastCluster(lab), namespace: MESH_NAMESPACE, app: MESH_CALLER };
  const page = await proxySays(lab, caller, '/clusters');
  return istioDiscovery.proxyEndpoints.read(page, SERVICE).some((one) => one.startsWith(`${address}:`));
}
