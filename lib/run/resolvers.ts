import type { V1Deployment } from '@kubernetes/client-node';
import { MeshproofError } from '../support/errors.ts';
import { type Kube, ignoreMissing, waitFor } from '../support/kube.ts';
import { restarted } from './rollouts.ts';

const NAMESPACE = 'kube-system';
/** Label of the resolvers' Deployment and pods, in every distribution that kept kube-dns's name. */
const SELECTOR = 'k8s-app=kube-dns';
const RESTART_TIMEOUT_MS = 90_000;

/** A rolling restart of a cluster's resolvers, as it was seen. */
export interface ResolverRestart {
  deployment: string;
  before: string[];
  after: string[];
  /** Pods of before that are still there: not restarted. */
  kept: string[];
}

/**
 * Restarts the cluster's resolvers as `kubectl rollout restart` does, and waits until the old pods are gone and the new
 * ones serve. Nothing is put back: a restart cannot be undone, and the annotation is what every restart leaves.
 */
export async function restartResolvers(kube: Kube): Promise<ResolverRestart> {
  const { metadata } = await resolverDeployment(kube);
  const name = metadata?.name ?? '';
  const before = await podIds(kube);
  await restarted(kube, { kind: 'Deployment', namespace: NAMESPACE, name });
  const rolledOut = async () => {
    const {
      spec,
      status,
      metadata: now,
    } = await kube.apps.readNamespacedDeployment({ name, namespace: NAMESPACE });
    const wanted = spec?.replicas ?? 1;
    const current = status?.observedGeneration === now?.generation && status?.updatedReplicas === wanted;
    return current && status?.availableReplicas === wanted && (await podIds(kube)).length === wanted;
  };
  await waitFor(`${name} restarted`, rolledOut, { timeoutMs: RESTART_TIMEOUT_MS });
  const after = await podIds(kube);
  return { deployment: name, before, after, kept: after.filter((id) => before.includes(id)) };
}

async function resolverDeployment(kube: Kube): Promise<V1Deployment> {
  const { items } = await kube.apps.listNamespacedDeployment({
    namespace: NAMESPACE,
    labelSelector: SELECTOR,
  });
  const [found] = items;
  if (found) return found;
  throw new MeshproofError('not-applicable', `no Deployment with ${SELECTOR} in ${NAMESPACE} to restart`);
}

/** Pods of the resolvers, by name and UID: those that are still ending are there, too. */
async function podIds(kube: Kube): Promise<string[]> {
  const { items } = await kube.core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: SELECTOR });
  return items.map(({ metadata }) => `${metadata?.name} (${metadata?.uid})`);
}

/** Directives of a Corefile that change answers or their lifetime; kubeadm's has none but `ttl 30` and `cache 30`. */
const SUSPECT =
  /^\s*((?:rewrite|template|hosts|file|acl|erratic)\b.*|(?:ttl|success|denial)\s+\d{3,}.*|bufsize\b.*)$/;

/** What looks wrong with a cluster's resolvers, found by looking at their objects; for the reason of a red test. */
export async function resolverProblems(kube: Kube): Promise<string[]> {
  const list = { namespace: NAMESPACE, labelSelector: SELECTOR };
  const [{ items: deployments }, { items: pods }, slices, config] = await Promise.all([
    kube.apps.listNamespacedDeployment(list),
    kube.core.listNamespacedPod(list),
    kube.discovery.listNamespacedEndpointSlice({
      namespace: NAMESPACE,
      labelSelector: 'kubernetes.io/service-name=kube-dns',
    }),
    ignoreMissing(kube.core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'coredns' })),
  ]);
  const addresses = new Set(pods.flatMap(({ status }) => status?.podIP ?? []));
  const listed = slices.items.flatMap(({ metadata, endpoints }) =>
    (endpoints ?? []).flatMap((one) => one.addresses.map((address) => ({ address, slice: metadata?.name }))),
  );
  return [
    ...deployments.flatMap(deploymentProblems),
    ...listed
      .filter(({ address }) => !addresses.has(address))
      .map(
        ({ address, slice }) => `EndpointSlice ${slice} of kube-dns lists ${address}, which is no resolver's`,
      ),
    ...new Set(
      (config?.data?.['Corefile'] ?? '').split('\n').flatMap((line) => {
        const directive = SUSPECT.exec(line)?.[1];
        return directive === undefined
          ? []
          : [`the Corefile says "${directive.trim().replace(/\s*\{$/, '')}"`];
      }),
    ),
  ];
}

function deploymentProblems({ metadata, spec, status }: V1Deployment): string[] {
  const name = metadata?.name ?? 'the resolvers';
  const wanted = spec?.replicas ?? 1;
  const available = status?.availableReplicas ?? 0;
  const { type, rollingUpdate } = spec?.strategy ?? {};
  return [
    ...(available < wanted ? [`${available} of ${wanted} pods of ${name} are available`] : []),
    ...(wanted < 2 ? [`${name} has ${wanted} pod: nobody answers while it is away`] : []),
    ...(type === 'Recreate' || rollingUpdate?.maxUnavailable === '100%'
      ? [
          `${name} is restarted all at once (${type}, maxUnavailable ${rollingUpdate?.maxUnavailable ?? 'all'})`,
        ]
      : []),
  ];
}
