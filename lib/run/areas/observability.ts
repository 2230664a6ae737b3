import type { Area } from '../area.ts';
import { MESH_NAMESPACE, SHARED_SERVICE, serviceObject } from '../workloads.ts';

/**
 * A second name for the shared service's pods, called by the observability suites alone: its counters and lines of log
 * are theirs, whatever runs beside them. No pods of its own.
 */
export const METERED_SERVICE = 'turnstile';

/** Objects of the observability suites. */
export const observabilityArea: Area = {
  objects: () => [serviceObject(METERED_SERVICE, MESH_NAMESPACE, { app: SHARED_SERVICE })],
};
