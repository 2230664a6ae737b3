import type { PeerPolicy } from '../../model/peer-authentication.ts';
import { AGENT_PORTS } from '../../probe/wire.ts';
import { agentWorkload } from '../agent-objects.ts';
import type { Area } from '../area.ts';
import { MESH_NAMESPACE, serviceObject, TOLERANT_SERVICE } from '../workloads.ts';

/** Namespace that takes plaintext, save for one workload. */
export const LENIENT_NAMESPACE = 'meshproof-mtls';
/** Workload that takes what its namespace takes. */
export const LENIENT = 'lenient';
/** Workload that takes mutual TLS only, save on two of its ports. */
export const FIRM = 'firm';

/** Every exception from the mesh's own mode that Meshproof makes, so that each level of policy decides somewhere. */
export const PEER_POLICIES: readonly PeerPolicy[] = [
  { namespace: MESH_NAMESPACE, workloads: { [TOLERANT_SERVICE]: { mode: 'permissive' } } },
  {
    namespace: LENIENT_NAMESPACE,
    mode: 'permissive',
    workloads: {
      [FIRM]: { mode: 'strict', ports: { [AGENT_PORTS.tcp]: 'permissive', [AGENT_PORTS.http2]: 'disabled' } },
    },
  },
];

/** Name of the service that only this cluster's lenient pod is behind. */
export function lenientIn(cluster: string): string {
  return `${LENIENT}-${cluster}`;
}

const IN_CLUSTER = 'meshproof.dev/in-cluster';

/** Two small pods in every cluster, in a namespace with a policy of its own. */
export const mtlsArea: Area = {
  namespaces: ({ driver }) => ({ [LENIENT_NAMESPACE]: driver.namespaceLabels }),
  objects: (context) => {
    const { driver, cluster, clusters } = context;
    const here = PEER_POLICIES.filter(({ namespace }) => namespace === LENIENT_NAMESPACE);
    const labels = { [IN_CLUSTER]: cluster.name };
    return [
      ...here.flatMap((policy) => driver.mtls.demand(policy)),
      ...clusters.map(({ name }) =>
        serviceObject(lenientIn(name), LENIENT_NAMESPACE, { app: LENIENT, [IN_CLUSTER]: name }),
      ),
      serviceObject(FIRM, LENIENT_NAMESPACE, { app: FIRM }),
      ...agentWorkload({ name: LENIENT, namespace: LENIENT_NAMESPACE, labels, serverOnly: true }, context),
      ...agentWorkload({ name: FIRM, namespace: LENIENT_NAMESPACE, serverOnly: true }, context),
    ];
  },
};
