import type { KubernetesObject } from '@kubernetes/client-node';
import { AGENT_PORTS } from '../lib/probe/wire.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { FIRM, LENIENT, LENIENT_NAMESPACE } from '../lib/run/areas/mtls.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { curlFromNode } from './mtls-look.ts';

const REF = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { name: FIRM, namespace: LENIENT_NAMESPACE },
};

type WithPorts = KubernetesObject & { spec: { portLevelMtls?: object } };

/** Stricter than was agreed: no hole, and whoever relied on the exception is locked out. */
export const mtlsLevelsLost: Defect = {
  id: 'mtls-levels-lost',
  title: 'the exceptions for single ports of a workload were lost when its policy was tidied up',
  caughtBy: ['mtls/plaintext-levels'],
  says: new RegExp(
    `${FIRM}-\\S+:\\d+ in \\S+ turns plaintext away, though its port policy is .*PeerAuthentication ${LENIENT_NAMESPACE}/${FIRM} says STRICT for this workload`,
    's',
  ),
  silent: 'the policy is there and says STRICT, which nobody objects to; callers in the mesh notice nothing',
  plant: (lab) =>
    lab.changes.edit(lastCluster(lab), REF, (object) => {
      const { spec } = object as WithPorts;
      delete spec.portLevelMtls;
      return object;
    }),
  async bites(lab) {
    const cluster = lastCluster(lab);
    const at = (app: string) =>
      curlFromNode(lab, { cluster, namespace: LENIENT_NAMESPACE, app }, { port: AGENT_PORTS.tcp });
    const [shut, control] = [await at(FIRM), await at(LENIENT)];
    return shut === undefined && control !== undefined
      ? `${control}, and nothing from the same port of ${FIRM}`
      : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
