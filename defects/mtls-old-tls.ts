import type { Defect } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { inboundTlsFilter } from './mtls-look.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

/** One for each kind of key that workloads may have (`workloadKeys`): with the other's alone no handshake succeeds. */
const WEAK = ['ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA'];

/** For one old client, long gone. */
export const mtlsOldTls: Defect = {
  id: 'mtls-old-tls',
  title: 'a filter lets TLS 1.0 and weak cipher suites in at one port of one workload',
  caughtBy: ['mtls/tls-floor', 'mtls/tls-floor-ciphers'],
  says: new RegExp(`answered by .*(TLSv1|${WEAK.join('|')}) to ${SHARED_SERVICE} in .*EnvoyFilter`, 's'),
  silent:
    'all calls of the mesh use TLS 1.3 as before, PeerAuthentication says STRICT, and the filter is valid',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      inboundTlsFilter('legacy-clients', {
        tls_params: { tls_minimum_protocol_version: 'TLSv1_0', cipher_suites: WEAK },
      }),
    ]),
  async bites(lab) {
    const server = { cluster: lastCluster(lab), namespace: MESH_NAMESPACE, app: SHARED_SERVICE };
    const page = await proxySays(lab, server, '/config_dump?resource=dynamic_listeners');
    return WEAK.every((suite) => page.includes(`"${suite}"`))
      ? `the proxy of ${SHARED_SERVICE} in ${server.cluster} takes ${WEAK.join(' and ')}`
      : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
