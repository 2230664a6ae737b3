import type { Defect } from '../lib/prove/defect.ts';
import { istioTimeLimits } from '../lib/mesh/istio/time-limits.ts';
import { ferryService } from '../lib/run/areas/connectivity.ts';
import { MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { calledFromForgotten, plantThere, proxyHas } from './connectivity-listeners.ts';

/** Busy connections never notice; a database pool in the night does. */
export const connectivityIdleLimit: Defect = {
  id: 'connectivity-idle-limit',
  title: 'a DestinationRule closes TCP connections that are silent for five seconds',
  caughtBy: ['connectivity/idle'],
  says: /idle TCP connections were lost after 5\.\d s each, as if by a time limit/,
  silent: 'every new connection works, and the rule is valid',
  async plant(lab) {
    const service = { name: ferryService(calledFromForgotten(lab)), namespace: MESH_NAMESPACE };
    // A second DestinationRule for a host is not merged: the one that is there is the one that was tidied.
    const there = istioTimeLimits.liftAll(service).find(({ kind }) => kind === 'DestinationRule');
    await plantThere(lab, {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      name: there?.metadata?.name ?? '',
      spec: {
        host: `${service.name}.${service.namespace}.svc.cluster.local`,
        trafficPolicy: { connectionPool: { tcp: { connectTimeout: '10s', idleTimeout: '5s' } } },
      },
    });
  },
  bites: (lab) => proxyHas(lab, 'dynamic_listeners', /"idle_timeout": "5s"/),
  heal: async (lab) => void (await lab.changes.revert()),
};
