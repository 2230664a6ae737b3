import { AGENT_PORTS } from '../lib/probe/wire.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { INTRUDER, POLICY_NAMESPACE } from '../lib/run/areas/policy.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { curlFromNode, manifest } from './mtls-look.ts';

const SCRAPED = { namespace: POLICY_NAMESPACE, app: INTRUDER };

/** A scraper without a sidecar had to reach one port, and nobody took the exception back. */
export const mtlsOpenPort: Defect = {
  id: 'mtls-open-port',
  title: 'one port of one workload takes plaintext, in one cluster',
  caughtBy: ['mtls/plaintext-pod-to-pod', 'mtls/plaintext-node-to-pod'],
  says: /:8082 in \S+ answers plaintext.*PeerAuthentication \S+ says PERMISSIVE for port 8082/s,
  silent:
    'all pods are ready, mesh-wide mode is STRICT, `istioctl analyze` takes an exception for a policy like any other',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      manifest('security.istio.io/v1', 'PeerAuthentication', {
        name: 'scrape',
        namespace: SCRAPED.namespace,
        spec: {
          selector: { matchLabels: { app: SCRAPED.app } },
          mtls: { mode: 'STRICT' },
          portLevelMtls: { [AGENT_PORTS.grpc]: { mode: 'PERMISSIVE' } },
        },
      }),
    ]),
  bites: (lab) => curlFromNode(lab, { cluster: lastCluster(lab), ...SCRAPED }, { port: AGENT_PORTS.grpc }),
  heal: async (lab) => void (await lab.changes.revert()),
};
