import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from '../lib/mesh/istio/operator.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { HTTP_PORT, MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { curlFromNode, manifest } from './mtls-look.ts';

const GATEWAY = { namespace: ISTIO_NAMESPACE, app: EAST_WEST_GATEWAY };
const NAME = 'quick-look';

/** The gateway itself speaks mutual TLS with the workload: to the workload it is a caller like any other. */
export const mtlsGatewayHttp: Defect = {
  id: 'mtls-gateway-http',
  title: 'a Gateway object opens plain HTTP on the east-west gateway, and a route leads from it to a service',
  caughtBy: ['mtls/plaintext-cross-cluster'],
  says: new RegExp(
    `plaintext on port ${HTTP_PORT} to ${GATEWAY.app}-\\S+ in .*Gateway ${GATEWAY.namespace}/${NAME} opens port ${HTTP_PORT} for HTTP`,
    's',
  ),
  silent:
    'no Service publishes the port, every workload is STRICT and sees a certificate; analyze takes a gateway with HTTP for an ingress',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      manifest('networking.istio.io/v1', 'Gateway', {
        name: NAME,
        namespace: GATEWAY.namespace,
        spec: {
          selector: { app: GATEWAY.app },
          servers: [{ port: { number: HTTP_PORT, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
        },
      }),
      manifest('networking.istio.io/v1', 'VirtualService', {
        name: NAME,
        namespace: GATEWAY.namespace,
        spec: {
          hosts: ['*'],
          gateways: [NAME],
          http: [
            {
              route: [
                {
                  destination: {
                    host: `${SHARED_SERVICE}.${MESH_NAMESPACE}.svc.cluster.local`,
                    port: { number: HTTP_PORT },
                  },
                },
              ],
            },
          ],
        },
      }),
    ]),
  async bites(lab) {
    const cluster = lastCluster(lab);
    const seen = await curlFromNode(lab, { cluster, ...GATEWAY }, { port: HTTP_PORT });
    // An error of the gateway's own is no way in yet.
    return seen?.includes('(status 200)') ? seen : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
