import type { KubernetesObject } from '@kubernetes/client-node';
import { AGENT_PORTS } from '../lib/probe/wire.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { rolledOut } from '../lib/prove/rollout.ts';
import { FIRM, LENIENT_NAMESPACE } from '../lib/run/areas/mtls.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { curlFromNode } from './mtls-look.ts';

const ANNOTATION = 'traffic.sidecar.istio.io/excludeInboundPorts';
const REF = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: FIRM, namespace: LENIENT_NAMESPACE },
};
type Deployment = KubernetesObject & {
  spec: { template: { metadata: { annotations?: Record<string, string> } } };
};

/** The proxy never sees the port, so no policy can say anything about it. */
export const mtlsExcludedPort: Defect = {
  id: 'mtls-excluded-port',
  title: 'an annotation keeps one port of a workload out of its proxy',
  caughtBy: ['mtls/plaintext-pod-to-pod', 'mtls/plaintext-node-to-pod'],
  says: new RegExp(
    `${FIRM}-\\S+:${AGENT_PORTS.http} in \\S+ answers plaintext.*the proxy never sees this port`,
    's',
  ),
  silent: 'the pod is 2/2 ready with its sidecar, the policy of the workload is STRICT',
  async plant(lab) {
    await lab.changes.edit(lastCluster(lab), REF, (object) => {
      const { spec } = object as Deployment;
      spec.template.metadata.annotations = {
        ...spec.template.metadata.annotations,
        [ANNOTATION]: String(AGENT_PORTS.http),
      };
      return object;
    });
    await rolledOut(lab, lastCluster(lab), REF.metadata);
  },
  bites: (lab) =>
    curlFromNode(
      lab,
      { cluster: lastCluster(lab), namespace: LENIENT_NAMESPACE, app: FIRM },
      { port: AGENT_PORTS.http },
    ),
  async heal(lab) {
    await lab.changes.revert();
    await rolledOut(lab, lastCluster(lab), REF.metadata);
  },
};
