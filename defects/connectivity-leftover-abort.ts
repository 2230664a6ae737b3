import type { Defect } from '../lib/prove/defect.ts';
import { istioTimeLimits } from '../lib/mesh/istio/time-limits.ts';
import { AGENT_PORTS } from '../lib/probe/wire.ts';
import { ferryService } from '../lib/run/areas/connectivity.ts';
import { MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { calledFromForgotten, plantThere, proxyHas } from './connectivity-listeners.ts';

/** An injected fault that a game day left behind, on the gRPC port only: HTTP checks stay green. */
export const connectivityLeftoverAbort: Defect = {
  id: 'connectivity-leftover-abort',
  title: 'a route that aborts gRPC calls was left behind by a game day',
  caughtBy: ['connectivity/protocols'],
  says: /grpc fails \S+ → \S+, where http.*fault filter abort/,
  silent: 'pods are ready, the HTTP port of the same service answers, and a fault is a valid setting',
  async plant(lab) {
    const service = { name: ferryService(calledFromForgotten(lab)), namespace: MESH_NAMESPACE };
    const host = `${service.name}.${service.namespace}.svc.cluster.local`;
    // A second VirtualService for a host is not merged: the route that is there is the one that was left changed.
    const [there] = istioTimeLimits.lift(service);
    const route = { route: [{ destination: { host } }], retries: { attempts: 0 } };
    const abort = { percentage: { value: 100 }, grpcStatus: 'UNAVAILABLE' };
    await plantThere(lab, {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      name: there?.metadata?.name ?? '',
      spec: {
        hosts: [host],
        http: [{ match: [{ port: AGENT_PORTS.grpc }], fault: { abort }, ...route }, route],
      },
    });
  },
  bites: (lab) => proxyHas(lab, 'dynamic_route_configs', /"abort": \{[^}]*\}?[^}]*"grpc_status": ?14/),
  heal: async (lab) => void (await lab.changes.revert()),
};
