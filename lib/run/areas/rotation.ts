import { agentWorkload } from '../agent-objects.ts';
import type { Area } from '../area.ts';
import { MESH_NAMESPACE, serviceObject, SHARED_SERVICE } from '../workloads.ts';

/** Workload in every cluster whose certificate is renewed every few seconds; it serves and calls. */
export const SHORT_LIVED_SERVICE = 'rotor';

/** A second name for the shared service's pods, whose identities live long. */
export const LONG_LIVED_SERVICE = 'anchor';

/**
 * What the rotation suites need: one small pod in every cluster of a mesh that can shorten a certificate's life, and two
 * services. Both without the mesh's limits of time, so that what fails there fails for want of trust: when roots change
 * every proxy is busy with it, and on a small machine all of them are slow for some seconds.
 */
export const rotationArea: Area = {
  objects: ({ cluster, driver, image }) => {
    const { rotation } = driver;
    if (!rotation) return [];
    const { annotations } = rotation.shortLived;
    const rotor = { name: SHORT_LIVED_SERVICE, namespace: MESH_NAMESPACE };
    const anchor = { name: LONG_LIVED_SERVICE, namespace: MESH_NAMESPACE };
    const ports = ['http', 'tcp'] as const;
    return [
      serviceObject(rotor.name, rotor.namespace, { app: rotor.name }, { ports }),
      serviceObject(anchor.name, anchor.namespace, { app: SHARED_SERVICE }, { ports }),
      ...[rotor, anchor].flatMap((service) => driver.timeLimits?.lift(service) ?? []),
      ...agentWorkload({ ...rotor, annotations }, { cluster, image }),
    ];
  },
};
