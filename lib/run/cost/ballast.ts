import type { KubernetesObject } from '@kubernetes/client-node';
import type { Lab } from '../../model/lab.ts';
import { apply, ignoreMissing, type Kube, openKube, waitFor } from '../../support/kube.ts';
import { withRunLabels } from '../workloads.ts';

/** Services that nobody calls, for the size that they give a mesh's configuration. Sweeps know it by its label. */
export const BALLAST_NAMESPACE = 'meshproof-ballast';
/** TEST-NET-1 (RFC 5737): nothing is there, and nobody asks. */
const NOWHERE = '192.0.2.';
const PORT = 8080;
/** Objects that are made at the same time. */
const AT_ONCE = 8;

/** A namespace of services of one HTTP port and two endpoints each, in every cluster, as those of users are. */
export interface Ballast {
  /** Brings it to so many services in each cluster; it only grows. */
  grow(services: number): Promise<void>;
  /** Removes it, and returns once it is gone. */
  remove(): Promise<void>;
}

/** Makes the namespace; the run's label on it lets every sweep remove it with all that is in it. */
export async function openBallast(lab: Lab, run: string): Promise<Ballast> {
  const kubes = lab.clusters.map(({ kubeconfig }) => openKube(kubeconfig));
  const own = { run, environment: lab.environment.name };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: BALLAST_NAMESPACE } };
  await Promise.all(kubes.map((kube) => apply(kube, withRunLabels([namespace], own))));
  let made = 0;
  return {
    async grow(services) {
      const numbers = Array.from({ length: Math.max(0, services - made) }, (_, index) => made + index);
      await Promise.all(kubes.map((kube) => inParallel(numbers, (number) => apply(kube, ballast(number)))));
      made = Math.max(made, services);
    },
    remove: async () => void (await Promise.all(kubes.map(removed))),
  };
}

async function removed({ core }: Kube): Promise<void> {
  await ignoreMissing(core.deleteNamespace({ name: BALLAST_NAMESPACE }));
  const isGone = async () =>
    (await ignoreMissing(core.readNamespace({ name: BALLAST_NAMESPACE }))) === undefined;
  await waitFor(`namespace ${BALLAST_NAMESPACE} deleted`, isGone, { timeoutMs: 180_000, everyMs: 1000 });
}

/** A Service without a selector, and an EndpointSlice for it; kube-proxy is to leave it alone. */
export function ballast(number: number): KubernetesObject[] {
  const name = `ballast-${number}`;
  const metadata = { name, namespace: BALLAST_NAMESPACE };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, labels: { 'service.kubernetes.io/service-proxy-name': 'none' } },
    spec: { ports: [{ name: 'http', port: PORT, protocol: 'TCP' }] },
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: PORT, protocol: 'TCP' }],
    endpoints: [0, 1].map((copy) => ({
      addresses: [`${NOWHERE}${1 + ((2 * number + copy) % 254)}`],
      conditions: { ready: true },
    })),
  };
  return [service, slice];
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
