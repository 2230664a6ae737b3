import type { Defect } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { inboundTlsFilter } from './mtls-look.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

const ANY_ROOT = 'ACCEPT_UNTRUSTED';
const NAME = 'partner-clients';

/** Without a certificate nobody gets in; with one that he made himself, anybody, and as whoever he likes. */
export const mtlsForeignRootTrusted: Defect = {
  id: 'mtls-foreign-root-trusted',
  title: 'a filter lets one workload take client certificates that no root of the mesh vouches for',
  caughtBy: ['mtls/clients'],
  says: new RegExp(`answered by ${SHARED_SERVICE} in .*EnvoyFilter ${MESH_NAMESPACE}/${NAME}`, 's'),
  silent: 'PeerAuthentication says STRICT, plaintext is rejected, and calls of the mesh go on as before',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      inboundTlsFilter(NAME, {
        combined_validation_context: { default_validation_context: { trust_chain_verification: ANY_ROOT } },
      }),
    ]),
  async bites(lab) {
    const server = { cluster: lastCluster(lab), namespace: MESH_NAMESPACE, app: SHARED_SERVICE };
    const page = await proxySays(lab, server, '/config_dump?resource=dynamic_listeners');
    return page.includes(`"${ANY_ROOT}"`)
      ? `the proxy of ${SHARED_SERVICE} in ${server.cluster} asks no root about client certificates`
      : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
