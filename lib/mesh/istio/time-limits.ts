import type { KubernetesObject } from '@kubernetes/client-node';
import type { ServiceName, TimeLimits } from '../contracts.ts';

type Unhurried = Pick<ServiceName, 'name' | 'namespace'>;
type WithSpec = KubernetesObject & { spec: object };

/** Istio's own default, which a mesh-wide DestinationRule may have shortened. */
const CONNECT_TIMEOUT = '10s';

const hostOf = ({ name, namespace }: Unhurried) => `${name}.${namespace}.svc.cluster.local`;

/**
 * A mesh-wide perTryTimeout is the `grpc-timeout` that the caller's proxy announces, and the server's proxy ends every gRPC
 * call at it, streams included. A route of its own without retries has no try, and so no limit.
 */
function lift(service: Unhurried): WithSpec[] {
  const host = hostOf(service);
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: `${service.name}-unlimited`, namespace: service.namespace },
      spec: { hosts: [host], http: [{ route: [{ destination: { host } }], retries: { attempts: 0 } }] },
    },
  ];
}

/** A DestinationRule of its own takes the place of the mesh-wide one: nothing is ejected, a handshake may take its time. */
function liftAll(service: Unhurried): WithSpec[] {
  const trafficPolicy = { connectionPool: { tcp: { connectTimeout: CONNECT_TIMEOUT } } };
  return [
    ...lift(service),
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: `${service.name}-unlimited`, namespace: service.namespace },
      spec: { host: hostOf(service), trafficPolicy },
    },
  ];
}

export const istioTimeLimits: TimeLimits = { lift, liftAll };
