import { agentWorkload } from '../agent-objects.ts';
import type { Area } from '../area.ts';
import {
  anchorObjects,
  MESH_NAMESPACE,
  NODE_CALLER,
  OUTSIDE_NAMESPACE,
  serviceObject,
  SPREAD_SERVICE,
  TOLERANT_SERVICE,
  workloadObjects,
} from '../workloads.ts';

/**
 * What several capabilities look at and none of the others should pay for: the workload that accepts plaintext, the
 * spread StatefulSet with its headless service, and the service without limits of time.
 */
export const bystandersArea: Area = {
  objects: (context) => {
    const crew = { name: SPREAD_SERVICE, namespace: MESH_NAMESPACE };
    const tolerant = { name: TOLERANT_SERVICE, namespace: MESH_NAMESPACE };
    return [
      // Before the workload: a policy that comes later finds connections that were made without it.
      ...context.driver.mtls.acceptPlaintext(MESH_NAMESPACE, { app: TOLERANT_SERVICE }),
      ...workloadObjects({ ...tolerant, copies: 'all', service: true, serverOnly: true }, context),
      ...anchorObjects(context.driver),
      serviceObject(crew.name, crew.namespace, { app: crew.name }, { clusterIP: 'None' }),
      ...agentWorkload(
        { ...crew, kind: 'StatefulSet', replicas: 2, spreadOverZones: true, serverOnly: true },
        context,
      ),
    ];
  },
};

/** The agent on every node: a caller, and what is called there when nobody's proxy is to be on the way. */
export const nodesArea: Area = {
  objects: (context) => {
    const sentinel = { name: NODE_CALLER, namespace: OUTSIDE_NAMESPACE };
    return agentWorkload({ ...sentinel, kind: 'DaemonSet', hostNetwork: true }, context);
  },
};
