import type { KubernetesObject } from '@kubernetes/client-node';
import type { Defect } from '../lib/prove/defect.ts';
import { rolledOut } from '../lib/prove/rollout.ts';
import { FIRM, LENIENT, LENIENT_NAMESPACE } from '../lib/run/areas/mtls.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

const REF = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: FIRM, namespace: LENIENT_NAMESPACE },
};

type Deployment = KubernetesObject & {
  spec: { template: { spec: { serviceAccountName?: string; serviceAccount?: string } } };
};

/** Whatever the neighbour may do, this workload may do now; and what was allowed to itself, nobody uses any more. */
export const mtlsWrongAccount: Defect = {
  id: 'mtls-wrong-account',
  title: 'a workload runs under the service account of its neighbour, whose manifest it was copied from',
  caughtBy: ['mtls/identity-of-every-pod'],
  says: new RegExp(
    `${FIRM}-\\S+ in \\S+: it runs under the service account ${LENIENT}, and was meant to under ${FIRM}`,
  ),
  silent: 'the account exists, the pod is ready, and its certificate is valid and signed by the right root',
  async plant(lab) {
    await lab.changes.edit(lastCluster(lab), REF, (object) => {
      const { spec } = (object as Deployment).spec.template;
      spec.serviceAccountName = LENIENT;
      // Kubernetes keeps the same name in the old field, too.
      spec.serviceAccount = LENIENT;
      return object;
    });
    await rolledOut(lab, lastCluster(lab), REF.metadata);
  },
  async bites(lab) {
    const server = { cluster: lastCluster(lab), namespace: LENIENT_NAMESPACE, app: FIRM };
    const held = await proxySays(lab, server, '/certs');
    const [identity] = new RegExp(`spiffe://[^"]*/sa/${LENIENT}\\b`).exec(held) ?? [];
    return identity && `the proxy of ${FIRM} in ${server.cluster} holds a certificate for ${identity}`;
  },
  async heal(lab) {
    await lab.changes.revert();
    await rolledOut(lab, lastCluster(lab), REF.metadata);
  },
};
