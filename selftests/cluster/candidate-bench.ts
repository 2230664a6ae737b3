import type { KubernetesObject, V1Deployment } from '@kubernetes/client-node';
import { withAdmin } from '../../lib/mesh/istio/proxy-admin.ts';
import { meshDriver } from '../../lib/mesh/registry.ts';
import type { CallTarget, Recording } from '../../lib/model/call-plan.ts';
import type { Lab, LabCluster } from '../../lib/model/lab.ts';
import { bundleAgent } from '../../lib/probe/bundle.ts';
import { openAgent } from '../../lib/probe/port-forward.ts';
import { agentWorkload } from '../../lib/run/agent-objects.ts';
import { restarted, rolledOut } from '../../lib/run/rollouts.ts';
import { HTTP_PORT, namespaceObjects, serviceObject, withRunLabels } from '../../lib/run/workloads.ts';
import { podOf } from '../../lib/run/world.ts';
import { apply, type Kube, openKube } from '../../lib/support/kube.ts';
import { clusterOf } from './lab.ts';

const INSIDE = 'meshproof-bench';
const OUTSIDE = 'meshproof-bench-outside';
/** As long as endpoints of a pod that ends may take to be gone everywhere: what a careful service waits before it closes. */
const LAST_CALLS_S = 3;

/** Pods on a bench: a workload of one cluster that answers and calls, with a Service of its name in every cluster. */
export interface BenchPods {
  name: string;
  cluster: string;
  /** Image of the proxy, where it is another than what the mesh injects. */
  proxyImage?: string;
  /** Default 1. */
  replicas?: number;
  /** True for pods that the mesh knows nothing of. */
  outside?: boolean;
}

/** Workloads of a test's own, on which one proxy is tried beside another without touching the mesh. */
export interface Bench {
  /** Returns when they are ready. */
  put(...pods: BenchPods[]): Promise<void>;
  /** Calls from a pod of a workload; gives all observations. */
  call(from: BenchPods, target: CallTarget, rate: { perSecond: number; calls: number }): Promise<Recording>;
  /** Lets the pods of a workload start anew, one after the other, under calls from another one. */
  rollUnderCalls(pods: BenchPods, from: BenchPods, perSecond: number): Promise<Recording>;
  /** Bytes that the proxy of a workload's first pod says that it has allocated. */
  heap(pods: BenchPods): Promise<number>;
}

/** Where a workload on the bench is called. */
export function http({ name }: BenchPods, connection: 'pooled' | 'fresh' = 'pooled'): CallTarget {
  return { protocol: 'http', url: `http://${name}.${INSIDE}:${HTTP_PORT}/`, connection };
}

/** The same without a mesh at the caller's side. */
export function inClear({ name }: BenchPods): CallTarget {
  return { protocol: 'plaintext', host: `${name}.${INSIDE}`, port: HTTP_PORT };
}

/** An empty bench in a lab; a sweep removes it. */
export async function openBench(lab: Lab, run: string): Promise<Bench> {
  const agent = await bundleAgent();
  const { namespaceLabels } = meshDriver(lab.environment);
  const own = { run, environment: lab.environment.name };
  await everywhere(lab, (kube) =>
    apply(
      kube,
      withRunLabels(
        [...namespaceObjects(INSIDE, namespaceLabels, agent), ...namespaceObjects(OUTSIDE, {}, agent)],
        own,
      ),
    ),
  );
  const agentOf = async (pods: BenchPods) => {
    const cluster = clusterOf(lab, pods.cluster);
    const pod = await podOf(cluster, namespaceOf(pods), pods.name);
    return await openAgent(cluster.kube, namespaceOf(pods), pod.metadata?.name ?? '');
  };
  return {
    async put(...all) {
      await everywhere(lab, (kube, cluster) =>
        apply(
          kube,
          withRunLabels(
            all.flatMap((pods) => objectsOf(pods, cluster, lab)),
            own,
          ),
        ),
      );
      await Promise.all(all.map((pods) => ready(clusterOf(lab, pods.cluster).kube, pods)));
    },
    async call(from, target, { perSecond, calls }) {
      await using client = await agentOf(from);
      return await client.call(target, { count: calls, ratePerSecond: perSecond });
    },
    async rollUnderCalls(pods, from, perSecond) {
      const { kube } = clusterOf(lab, pods.cluster);
      await using client = await agentOf(from);
      const plan = await client.start({
        target: http(pods),
        ratePerSecond: perSecond,
        count: perSecond * 300,
        deadlineMs: 2000,
      });
      const sentBy = async (seconds: number) => {
        const until = plan.recording().observations.length + seconds * perSecond;
        return await plan.collect({ until, timeoutMs: 60_000 });
      };
      try {
        await sentBy(1);
        await restarted(kube, { kind: 'Deployment', namespace: INSIDE, name: pods.name });
        await ready(kube, pods);
        await plan.collect({ until: plan.recording().observations.length, timeoutMs: 60_000 });
        return await sentBy(1);
      } finally {
        await plan.remove();
      }
    },
    heap: async (pods) => {
      const cluster = clusterOf(lab, pods.cluster);
      const { metadata } = await podOf(cluster, INSIDE, pods.name);
      const pod = { namespace: INSIDE, name: metadata?.name ?? '' };
      const page = await withAdmin(cluster, pod, (read) => read('/memory'));
      return Number((JSON.parse(page) as { allocated: string }).allocated);
    },
  };
}

function namespaceOf({ outside }: BenchPods): string {
  return outside === true ? OUTSIDE : INSIDE;
}

async function ready(kube: Kube, pods: BenchPods): Promise<void> {
  await rolledOut(kube, { kind: 'Deployment', namespace: namespaceOf(pods), name: pods.name });
}

async function everywhere(lab: Lab, work: (kube: Kube, cluster: LabCluster) => Promise<void>): Promise<void> {
  await Promise.all(lab.clusters.map((cluster) => work(openKube(cluster.kubeconfig), cluster)));
}

function objectsOf(pods: BenchPods, cluster: LabCluster, lab: Lab): KubernetesObject[] {
  const { name, proxyImage, replicas = 1 } = pods;
  const namespace = namespaceOf(pods);
  const service = serviceObject(name, namespace, { app: name });
  if (pods.cluster !== cluster.name) return [service];
  const annotations = proxyImage === undefined ? {} : { 'sidecar.istio.io/proxyImage': proxyImage };
  const objects = agentWorkload(
    { name, namespace, replicas, annotations, measures: true },
    { cluster, image: lab.images.runtime },
  );
  return [service, ...objects.map((object) => (object.kind === 'Deployment' ? careful(object) : object))];
}

/** As a service that loses no call while it is replaced: one pod after the other, each still answers for a while. */
function careful(object: KubernetesObject): KubernetesObject {
  const { spec } = object as V1Deployment;
  const pod = spec?.template.spec;
  if (!spec || !pod) throw new Error(`${object.metadata?.name ?? ''} has no pods`);
  spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  pod.terminationGracePeriodSeconds = LAST_CALLS_S + 5;
  for (const container of pod.containers)
    container.lifecycle = { preStop: { sleep: { seconds: LAST_CALLS_S } } };
  return object;
}
