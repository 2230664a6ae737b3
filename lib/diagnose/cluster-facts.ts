import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type {
  ClusterFacts,
  DiagnosisQuestion,
  NodeFacts,
  PodFacts,
  ServiceFacts,
} from '../model/diagnosis.ts';
import type { LabCluster, LabNode } from '../model/lab.ts';
import { errorMessage } from '../support/errors.ts';
import { type Kube, ignoreMissing } from '../support/kube.ts';
import { type Bench, inTime, PART_TIMEOUT_MS } from './bench.ts';
import { NODE_QUESTION, oddDirectives, parseNode } from './node-facts.ts';
import { troubleOf } from './pod-trouble.ts';

/** Label of what a run put there for all of its tests: no news. */
const RUN_LABEL = 'meshproof.dev/run';

/** What one cluster says; a part that cannot be read is named in `gaps`. */
export async function clusterFacts(
  bench: Bench,
  cluster: LabCluster,
  question: DiagnosisQuestion,
): Promise<ClusterFacts> {
  const { core, apps, config } = bench.kube(cluster.name);
  const { environment, clusters } = bench.lab;
  const since = question.since ?? Date.now() - 10 * 60_000;
  const gaps: string[] = [];
  const part = async <T, F>(what: string, work: Promise<T> | undefined, otherwise: F): Promise<T | F> => {
    try {
      return work === undefined ? otherwise : await inTime(work);
    } catch (error) {
      gaps.push(`${what}: ${errorMessage(error).slice(0, 200)}`);
      return otherwise;
    }
  };
  const none = { items: [] };
  const [nodes, rules, deployments, pods, service, policies, dns, mesh, events] = await Promise.all([
    part('nodes', core.listNode(), undefined),
    Promise.all(
      cluster.nodes.map((node) => part(`rules of ${node.name}`, nodeAnswer(bench, cluster, node.name), '')),
    ),
    part('deployments', apps.listDeploymentForAllNamespaces(), none),
    part('pods', core.listPodForAllNamespaces(), none),
    part('service', question.to && serviceFacts(bench.kube(cluster.name), question.to), undefined),
    part('network policies', networkPolicies(config, watched(bench, question)), []),
    part(
      'DNS',
      ignoreMissing(core.readNamespacedConfigMap({ namespace: 'kube-system', name: 'coredns' })),
      undefined,
    ),
    part('mesh', bench.driver.inspection?.facts(cluster, { environment, clusters, question }), undefined),
    part('events', core.listEventForAllNamespaces({ fieldSelector: 'type=Warning', limit: 500 }), none),
  ]);
  const ours = watched(bench, question);
  return {
    cluster: cluster.name,
    ...(nodes === undefined ? { unreadable: gaps[0] ?? 'no answer' } : {}),
    nodes:
      nodes === undefined
        ? []
        : cluster.nodes.map((node, index) => nodeFacts(node, nodes.items, rules[index] ?? '')),
    deployments: deployments.items
      .filter(({ metadata }) => ours(metadata?.namespace))
      .map(({ metadata, spec, status }) => ({
        name: metadata?.name ?? '',
        namespace: metadata?.namespace ?? '',
        wanted: spec?.replicas ?? 1,
        available: status?.availableReplicas ?? 0,
      })),
    pods: pods.items
      .filter(({ metadata }) => ours(metadata?.namespace))
      .map((pod) => podFacts(pod, since))
      .filter(({ trouble, restarts }) => trouble !== undefined || restarts > 0),
    ...(service ? { service } : {}),
    networkPolicies: policies,
    oddDns: oddDirectives(dns?.data?.['Corefile'] ?? ''),
    ...(mesh ? { mesh } : {}),
    warnings: events.items
      .filter(({ lastTimestamp, eventTime }) => new Date(lastTimestamp ?? eventTime ?? 0).getTime() > since)
      .map(
        ({ metadata, reason, involvedObject, message }) =>
          `${metadata.namespace} ${reason} ${involvedObject.kind}/${involvedObject.name}: ${message}`,
      )
      .slice(-60),
    gaps,
  };
}

/** Namespaces that have to do with the question, the platform's and Meshproof's own. */
function watched(
  { driver }: Bench,
  { from, to }: DiagnosisQuestion,
): (namespace: string | undefined) => boolean {
  const named = [driver.namespace, 'kube-system', from?.namespace, to?.namespace];
  return (namespace) => named.includes(namespace) || (namespace ?? '').startsWith('meshproof-');
}

async function nodeAnswer(bench: Bench, cluster: LabCluster, node: string): Promise<string> {
  return (await bench.onNode(cluster.name, node, NODE_QUESTION, { timeout: PART_TIMEOUT_MS })).stdout;
}

function nodeFacts({ name, container }: LabNode, nodes: readonly V1Node[], answer: string): NodeFacts {
  const node = nodes.find(({ metadata }) => metadata?.name === name || metadata?.name === container);
  const ready = node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return { name, ready: ready ?? false, ...parseNode(answer) };
}

function podFacts(pod: V1Pod, since: number): PodFacts {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const trouble = troubleOf(pod, since);
  return {
    namespace: pod.metadata?.namespace ?? '',
    name: pod.metadata?.name ?? '',
    node: pod.spec?.nodeName ?? '',
    ready: pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

async function serviceFacts(
  { core, discovery }: Kube,
  { service, namespace }: NonNullable<DiagnosisQuestion['to']>,
): Promise<ServiceFacts> {
  const [found, slices] = await Promise.all([
    ignoreMissing(core.readNamespacedService({ namespace, name: service })),
    discovery.listNamespacedEndpointSlice({
      namespace,
      labelSelector: `kubernetes.io/service-name=${service}`,
    }),
  ]);
  const endpoints = slices.items.flatMap((slice) => slice.endpoints ?? []);
  const named = (ready: boolean) =>
    endpoints
      .filter(({ conditions }) => (conditions?.ready === true) === ready)
      .map(({ addresses, targetRef }) => targetRef?.name ?? addresses.join(','));
  return { exists: found !== undefined, ready: named(true), notReady: named(false) };
}

async function networkPolicies(
  config: Kube['config'],
  ours: (namespace: string | undefined) => boolean,
): Promise<string[]> {
  const { NetworkingV1Api } = await import('@kubernetes/client-node');
  const { items } = await config.makeApiClient(NetworkingV1Api).listNetworkPolicyForAllNamespaces();
  return items
    .filter(({ metadata }) => ours(metadata?.namespace) && metadata?.labels?.[RUN_LABEL] === undefined)
    .map(({ metadata, spec }) => {
      const selected = Object.entries(spec?.podSelector?.matchLabels ?? {}).map(
        ([key, value]) => `${key}=${value}`,
      );
      return `${metadata?.namespace}/${metadata?.name} limits ${(spec?.policyTypes ?? ['Ingress']).join(' and ')} of ${selected.join(',') || 'all pods'}`;
    });
}
