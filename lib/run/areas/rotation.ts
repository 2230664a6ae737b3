import { agentWorkload } from '../agent-objects.ts';
import type { Area } from '../area.ts';
import { MESH_NAMESPACE, serviceObject } from '../workloads.ts';

/** Workload in every cluster whose certificate is renewed every few seconds; it serves and calls. */
export const SHORT_LIVED_SERVICE = 'rotor';

/**
 * What the rotation suites need beside {@link ANCHOR_SERVICE}: one small pod in every cluster of a mesh that can shorten a
 * certificate's life, and its service without the mesh's limits of time.
 */
export const rotationArea: Area = {
  objects: ({ cluster, driver, image }) => {
    const { rotation } = driver;
    if (!rotation) return [];
    const { annotations } = rotation.shortLived;
    const rotor = { name: SHORT_LIVED_SERVICE, namespace: MESH_NAMESPACE };
    return [
      serviceObject(rotor.name, rotor.namespace, { app: rotor.name }, { ports: ['http', 'tcp'] }),
      ...(driver.timeLimits?.liftAll(rotor) ?? []),
      ...agentWorkload({ ...rotor, annotations }, { cluster, image }),
    ];
  },
};
