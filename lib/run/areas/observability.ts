import type { Area } from '../area.ts';
import { AGENT_PORTS } from '../../probe/wire.ts';
import { HTTP_PORT, MESH_NAMESPACE, SHARED_SERVICE, serviceObject } from '../workloads.ts';

/**
 * More names for the shared service's pods, each called by one suite alone: its counters are its own, whatever runs beside
 * it. No pods of their own. This one is counted by the proxies of callers,
 */
export const METERED_SERVICE = 'turnstile';
/** this one by the proxies of the servers, which count by their own port: it has one for itself, */
export const SERVED_SERVICE = 'tollgate';
/** and this one in golden metrics. */
export const GOLDEN_SERVICE = 'tally';

/** Port of the servers of {@link SERVED_SERVICE}. */
export const METERED_PORT = AGENT_PORTS.metered;

/** Objects of the observability suites. */
export const observabilityArea: Area = {
  objects: () => [
    serviceObject(METERED_SERVICE, MESH_NAMESPACE, { app: SHARED_SERVICE }),
    serviceObject(GOLDEN_SERVICE, MESH_NAMESPACE, { app: SHARED_SERVICE }),
    servedObject(),
  ],
};

function servedObject() {
  const service = serviceObject(SERVED_SERVICE, MESH_NAMESPACE, { app: SHARED_SERVICE });
  const ports = [{ name: 'http', port: HTTP_PORT, targetPort: METERED_PORT, protocol: 'TCP' }];
  return { ...service, spec: { ...service.spec, ports } };
}
