import type { KubernetesObject } from '@kubernetes/client-node';
import type { TimeLimits } from '../driver.ts';

/**
 * A mesh-wide perTryTimeout is the `grpc-timeout` that the caller's proxy announces, and the server's proxy ends every gRPC
 * call at it, streams included. A route of its own without retries has no try, and so no limit.
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
    return [route];
  },
};
