import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import type { Environment } from '../../model/environment.ts';
import { apply, ignoreMissing, openKube, waitFor } from '../../support/kube.ts';
import type { MeshContext } from '../contracts.ts';
import { ISTIO_NAMESPACE } from './operator.ts';

const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'serviceexports.multicluster.x-k8s.io' },
};

/**
 * Applies the definitions of the Multi-Cluster Services API to every cluster where the environment wants it: istiod
 * looks for them once, when it starts. Gives the environment back, without `mcs` where they can't be had: an istiod
 * that waits for exports nobody can make would keep every service to its own cluster.
 */
export async function withMcs(context: MeshContext): Promise<Environment> {
  const { environment, clusters, log } = context;
  if (!environment.mesh.mcs) return environment;
  const kubes = clusters.map(({ kubeconfig }) => openKube(kubeconfig));
  const isThere = (kube: (typeof kubes)[number]) => ignoreMissing(kube.objects.read(DEFINITION));
  const known = await Promise.all(kubes.map(isThere));
  if (known.every((one) => one !== undefined)) return environment;
  const texts = await context.definitions('mcs');
  if (texts === undefined) {
    log.warn(
      'mesh.istio.mcs is off: the definitions of the Multi-Cluster Services API come from its Go module. Install Go ' +
        '(https://go.dev/dl), or apply them to every cluster yourself, then: meshproof env up',
    );
    return { ...environment, mesh: { ...environment.mesh, mcs: false } };
  }
  const definitions = texts
    .flatMap((text) => parseAllDocuments(text))
    .map((document) => document.toJS() as KubernetesObject);
  await Promise.all(
    kubes.map(async (kube) => {
      await apply(kube, definitions);
      await waitFor('the Multi-Cluster Services API is served', () => isServed(isThere(kube)), {
        timeoutMs: 30_000,
      });
    }),
  );
  return environment;
}

async function isServed(reading: Promise<KubernetesObject | undefined>): Promise<boolean> {
  const found = (await reading) as
    | { status?: { conditions?: { type: string; status: string }[] } }
    | undefined;
  return (
    found?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ??
    false
  );
}

/** What another cluster's istiod comes as. */
const READER = 'istio-reader-service-account';

/**
 * With automatic exports istiod starts an election in each cluster that it watches, and that looks at the webhooks there.
 * Istio's role for such readers does not let it. Mostly that is never noticed: only when the election is quicker than the
 * first look at the cluster (seen in Istio 1.31 once in some ten starts), the cluster is never in step.
 */
export function readerRole(): KubernetesObject[] {
  const name = 'meshproof-istio-reader-webhooks';
  const group = 'rbac.authorization.k8s.io';
  const rules = [
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['mutatingwebhookconfigurations'],
      verbs: ['get', 'list', 'watch'],
    },
  ];
  const role = { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name }, rules };
  const binding = {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: READER, namespace: ISTIO_NAMESPACE }],
  };
  return [role, binding];
}
