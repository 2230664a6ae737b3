import type { KubernetesObject, V1DaemonSet, V1Deployment, V1StatefulSet } from '@kubernetes/client-node';
import { PatchStrategy } from '@kubernetes/client-node';
import { type Kube, waitFor } from '../support/kube.ts';

/** Pods end and others start, with their proxies, one after the other in a StatefulSet, on a machine that may be busy. */
const ROLLOUT_MS = 240_000;

/** What makes pods anew when its template changes. */
export interface Rolled {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  namespace: string;
  name: string;
  /** Labels of its pods. */
  selector: Record<string, string>;
}

/** Everything that rolls out, by its own labels; in all namespaces where none is named. */
export async function rolledBy(
  { apps }: Pick<Kube, 'apps'>,
  wanted: readonly { namespace?: string; labelSelector: string }[],
): Promise<Rolled[]> {
  const found: Rolled[] = [];
  for (const { namespace, labelSelector } of wanted) {
    const [deployments, sets, daemons] = await Promise.all([
      namespace === undefined
        ? apps.listDeploymentForAllNamespaces({ labelSelector })
        : apps.listNamespacedDeployment({ namespace, labelSelector }),
      namespace === undefined
        ? apps.listStatefulSetForAllNamespaces({ labelSelector })
        : apps.listNamespacedStatefulSet({ namespace, labelSelector }),
      namespace === undefined
        ? apps.listDaemonSetForAllNamespaces({ labelSelector })
        : apps.listNamespacedDaemonSet({ namespace, labelSelector }),
    ]);
    found.push(
      ...deployments.items.map((one) => rolled('Deployment', one)),
      ...sets.items.map((one) => rolled('StatefulSet', one)),
      ...daemons.items.map((one) => rolled('DaemonSet', one)),
    );
  }
  return found;
}

function rolled(
  kind: Rolled['kind'],
  { metadata, spec }: V1Deployment | V1StatefulSet | V1DaemonSet,
): Rolled {
  return {
    kind,
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    selector: spec?.selector.matchLabels ?? {},
  };
}

/** Lets all its pods start anew, as `kubectl rollout restart` does: by its own strategy, and with the same mark. */
export async function restarted(
  { objects }: Pick<Kube, 'objects'>,
  { kind, namespace, name }: Pick<Rolled, 'kind' | 'namespace' | 'name'>,
): Promise<void> {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  const patch: KubernetesObject & { spec: object } = {
    apiVersion: 'apps/v1',
    kind,
    metadata: { namespace, name },
    spec: { template: { metadata: { annotations } } },
  };
  await objects.patch(patch, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
}

/** Waits until it runs what it says, with as many pods as it wants and no old one left. */
export async function rolledOut(
  { apps }: Pick<Kube, 'apps'>,
  { kind, namespace, name }: Pick<Rolled, 'kind' | 'namespace' | 'name'>,
  signal?: AbortSignal,
): Promise<void> {
  const named = { namespace, name };
  await waitFor(
    `${kind} ${namespace}/${name} is rolled out`,
    async () => {
      switch (kind) {
        case 'Deployment':
          return isRolledOut(await apps.readNamespacedDeployment(named));
        case 'StatefulSet':
          return isRolledOut(await apps.readNamespacedStatefulSet(named));
        case 'DaemonSet':
          return isDaemonRolledOut(await apps.readNamespacedDaemonSet(named));
      }
    },
    { timeoutMs: ROLLOUT_MS, ...(signal ? { signal } : {}) },
  );
}

/** By what `kubectl rollout status` looks at. A Deployment counts its old pods until they are gone. */
export function isRolledOut({ metadata, spec, status }: V1Deployment | V1StatefulSet): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted
  );
}

/** As {@link isRolledOut}. */
export function isDaemonRolledOut({ metadata, status }: V1DaemonSet): boolean {
  const wanted = status?.desiredNumberScheduled ?? 0;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.updatedNumberScheduled ?? 0) === wanted &&
    (status?.numberAvailable ?? 0) === wanted
  );
}
