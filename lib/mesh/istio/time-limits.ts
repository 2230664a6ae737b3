import type { KubernetesObject } from '@kubernetes/client-node';
import type { TimeLimits } from '../driver.ts';

/** Istio's own default, which a mesh-wide DestinationRule may have shortened. */
const CONNECT_TIMEOUT = '10s';

/**
 * A mesh-wide perTryTimeout is the `grpc-timeout` that the caller's proxy announces, and the server's proxy ends every gRPC
 * call at it, streams included. A route of its own without retries has no try, and so no limit. A DestinationRule of its
 * own takes the place of the mesh-wide one: nothing is ejected for being slow, and a handshake may take its time.
 */
export const istioTimeLimits: TimeLimits = {
  lift({ name, namespace }) {
    const host = `${name}.${namespace}.svc.cluster.local`;
    const route: KubernetesObject & { spec: object } = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: `${name}-unlimited`, namespace },
      spec: { hosts: [host], http: [{ route: [{ destination: { host } }], retries: { attempts: 0 } }] },
    };
    const destination: KubernetesObject & { spec: object } = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: `${name}-unlimited`, namespace },
      spec: { host, trafficPolicy: { connectionPool: { tcp: { connectTimeout: CONNECT_TIMEOUT } } } },
    };
    return [route, destination];
  },
};
