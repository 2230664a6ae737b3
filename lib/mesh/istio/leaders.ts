import type { LeaderSnapshot } from '../../model/invariants.ts';
import type { LabCluster } from '../../model/lab.ts';
import { openKube } from '../../support/kube.ts';
import { electionInMap, electionOfLease } from '../elections.ts';
import { ISTIO_NAMESPACE } from './operator.ts';

/** Others may have elections in the mesh's namespace, too. */
const OWN = `${ISTIO_NAMESPACE}/istio-`;

/** The elections among istiods: some in ConfigMaps, newer ones in Leases. Two requests. */
export async function leaders(cluster: LabCluster): Promise<LeaderSnapshot[]> {
  const { core, coordination } = openKube(cluster.kubeconfig);
  const [maps, leases] = await Promise.all([
    core.listNamespacedConfigMap({ namespace: ISTIO_NAMESPACE }),
    coordination.listNamespacedLease({ namespace: ISTIO_NAMESPACE }),
  ]);
  const all = [
    ...maps.items.flatMap((map) => electionInMap(map) ?? []),
    ...leases.items.map(electionOfLease),
  ];
  return all.filter(({ lease }) => lease.startsWith(OWN));
}
