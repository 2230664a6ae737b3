import type { KubernetesObject } from '@kubernetes/client-node';
import type { Environment } from '../../model/environment.ts';
import type { Locality, ServiceName } from '../contracts.ts';

type Name = Pick<ServiceName, 'name' | 'namespace'>;

/** DestinationRules and VirtualServices of one service; the most specific rule replaces the mesh-wide one. */
export const istioLocality: Locality = {
  nearestFirst: (environment, service) => [
    destinationRule(service, {
      ...common(environment),
      // Both: without outlier detection Istio sets no priorities, and every locality gets its share.
      loadBalancer: { localityLbSetting: { enabled: true } },
    }),
  ],
  split: (environment, service, weights) => {
    const clusters = Object.keys(weights);
    const subsets = clusters.map((name) => ({ name, labels: { 'topology.istio.io/cluster': name } }));
    const route = clusters.map((name) => ({
      destination: { host: hostOf(service), subset: name },
      weight: weights[name],
    }));
    return [
      // No outlier detection: a subset of one endpoint that is ejected would answer nothing at all.
      destinationRule(service, connections(environment), subsets),
      object('VirtualService', service, { hosts: [hostOf(service)], http: [{ route }] }),
    ];
  },
};

function connections({ mesh: { resilience } }: Environment) {
  return { connectionPool: { tcp: { connectTimeout: `${resilience.connectTimeoutMs}ms` } } };
}

/** What the mesh-wide rule says of every service. */
function common(environment: Environment) {
  const { consecutiveErrors, intervalMs, baseEjectionMs, maxEjectionPercent } =
    environment.mesh.resilience.outlierDetection;
  return {
    ...connections(environment),
    outlierDetection: {
      consecutive5xxErrors: consecutiveErrors,
      interval: `${intervalMs}ms`,
      baseEjectionTime: `${baseEjectionMs}ms`,
      maxEjectionPercent,
    },
  };
}

function destinationRule(service: Name, trafficPolicy: object, subsets?: object[]): KubernetesObject {
  const host = hostOf(service);
  return object('DestinationRule', service, { host, trafficPolicy, ...(subsets ? { subsets } : {}) });
}

function object(kind: string, { name, namespace }: Name, spec: object): KubernetesObject {
  const versioned = { apiVersion: 'networking.istio.io/v1', kind };
  return { ...versioned, metadata: { name, namespace }, spec } as KubernetesObject;
}

function hostOf({ name, namespace }: Name): string {
  return `${name}.${namespace}.svc.cluster.local`;
}
