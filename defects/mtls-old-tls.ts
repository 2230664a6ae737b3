import type { Defect } from '../lib/prove/defect.ts';
import { HTTP_PORT, MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';
import { lastCluster, manifest } from './mtls-look.ts';
import { askProxy } from './policy-proxy-view.ts';

const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext';
const WEAK = 'ECDHE-RSA-AES128-SHA';

/** For one old client, long gone. */
export const mtlsOldTls: Defect = {
  id: 'mtls-old-tls',
  title: 'a filter lets TLS 1.0 and a weak cipher suite in at one port of one workload',
  caughtBy: ['mtls/tls-floor', 'mtls/tls-floor-ciphers'],
  says: new RegExp(`answered by .*(TLSv1|${WEAK}) to ${SHARED_SERVICE} in .*EnvoyFilter`, 's'),
  silent:
    'all calls of the mesh use TLS 1.3 as before, PeerAuthentication says STRICT, and the filter is valid',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      manifest('networking.istio.io/v1alpha3', 'EnvoyFilter', {
        name: 'legacy-clients',
        namespace: MESH_NAMESPACE,
        spec: {
          workloadSelector: { labels: { app: SHARED_SERVICE } },
          configPatches: [
            {
              applyTo: 'FILTER_CHAIN',
              match: {
                context: 'SIDECAR_INBOUND',
                listener: { filterChain: { destinationPort: HTTP_PORT } },
              },
              patch: {
                operation: 'MERGE',
                value: {
                  transport_socket: {
                    name: 'envoy.transport_sockets.tls',
                    typed_config: {
                      '@type': TLS,
                      common_tls_context: {
                        tls_params: { tls_minimum_protocol_version: 'TLSv1_0', cipher_suites: [WEAK] },
                      },
                    },
                  },
                },
              },
            },
          ],
        },
      }),
    ]),
  async bites(lab) {
    const server = { cluster: lastCluster(lab), namespace: MESH_NAMESPACE, app: SHARED_SERVICE };
    const page = await askProxy(lab, server, '/config_dump?resource=dynamic_listeners');
    return page.includes(`"${WEAK}"`)
      ? `the proxy of ${SHARED_SERVICE} in ${server.cluster} takes ${WEAK}`
      : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
