import type { KubernetesObject } from '@kubernetes/client-node';
import type { Defect } from '../lib/prove/defect.ts';
import { istioMcs } from '../lib/mesh/istio/mcs.ts';
import { OFFERED_SERVICE } from '../lib/run/areas/discovery.ts';
import type { ObjectRef } from '../lib/run/changes-undo.ts';
import { MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { healed, knownElsewhere } from './discovery-proxy-view.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

const SERVICE = { name: OFFERED_SERVICE, namespace: MESH_NAMESPACE };
const EXPORT = istioMcs.serviceExport(SERVICE) as ObjectRef;
/** Of a controller that is no longer installed. */
const FINALIZER = 'catalogue.example.com/exported';

/** Who takes the export back sees no error, and others go on to call what is offered no more. */
export const discoveryExportStuck: Defect = {
  id: 'discovery-export-stuck',
  title: 'a ServiceExport that was deleted stays, for a finalizer that nobody removes',
  caughtBy: ['discovery/export'],
  says: /exports it no more: not noticed by the caller in .*cause\? ServiceExport offer in \S+ was deleted and is still there/s,
  silent:
    '`kubectl delete` reports the deletion, `kubectl get` lists the export as ever, every call is answered',
  async plant(lab) {
    const cluster = lastCluster(lab);
    // Not applied: the suite applies the same object, and would take away what the same manager had added.
    await lab.changes.edit(cluster, EXPORT, (object) => ({
      ...object,
      metadata: Object.assign({}, object.metadata, { finalizers: [FINALIZER] }),
    }));
    await lab.changes.remove(cluster, EXPORT);
  },
  async bites(lab) {
    const found: KubernetesObject = await lab.kube(lastCluster(lab)).objects.read(EXPORT);
    if (found.metadata?.deletionTimestamp === undefined) return undefined;
    const known = await knownElsewhere(lab, SERVICE, 'known');
    return known && `${known}, though ${lastCluster(lab)} has deleted its ServiceExport`;
  },
  async heal(lab) {
    // Without its finalizer the deleted object goes.
    await lab.changes.revert();
    await lab.apply([lastCluster(lab)], [istioMcs.serviceExport(SERVICE)]);
    await healed(lab, SERVICE, 'known');
  },
};
