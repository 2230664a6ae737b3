import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import { MeshproofError } from '../support/errors.ts';
import { type Kube, apply, ignoreMissing, isStatus, remove, waitFor } from '../support/kube.ts';
import { projectRoot } from '../support/paths.ts';
import {
  K6_CONTAINER,
  type K6Options,
  k6DeadlineSeconds,
  k6Job,
  k6Script,
  k6TestRun,
  runnersFor,
  TEST_RUN,
} from './job.ts';
import { type LoadResult, lastLines, mergeLoads, parseLoad } from './summary.ts';

export type { LoadResult } from './summary.ts';

/** What carries a load in a cluster. */
interface Carrier {
  object: KubernetesObject;
  /** Selects its pods, of which there will be so many. */
  selector: string;
  pods: number;
  /** Why there will be none, in words. */
  failed(): Promise<string | undefined>;
  delete(): Promise<unknown>;
}

/**
 * Runs k6 as a Job, or as a distributed TestRun where the cluster has the k6 operator, and gives back what was measured
 * of each arm. What was made is deleted whatever happens, and by Kubernetes itself when this process dies. Throws an
 * `environment` error when k6 did not run to its end.
 */
export async function runK6(kube: Kube, options: K6Options): Promise<LoadResult[]> {
  const name = `meshproof-k6-${randomUUID().slice(0, 8)}`;
  const scripts = await readScripts();
  const distributed = await hasOperator(kube, options.namespace);
  const carrier = (distributed ? testRunCarrier : jobCarrier)(kube, name, options);
  const { apiVersion = '', kind = '' } = carrier.object;
  try {
    await apply(kube, [k6Script(name, scripts, options), carrier.object]);
    // From here on the scripts go with their carrier, also when this process does not come to its end.
    const made = await kube.objects.read({
      apiVersion,
      kind,
      metadata: { name, namespace: options.namespace },
    });
    const owner = { apiVersion, kind, uid: made.metadata?.uid ?? '' };
    await apply(kube, [k6Script(name, scripts, options, owner)]);
    const ended = await k6Ended(kube, name, carrier, options);
    const results = await Promise.all(ended.map((one) => resultOf(kube, one, options)));
    return options.plan.arms.map((_, arm) => mergeLoads(results.flatMap((of) => of[arm] ?? [])));
  } finally {
    // A failure here must not hide the one above: what is left has a label, and a time to live.
    await Promise.allSettled([carrier.delete(), remove(kube, [k6Script(name, scripts, options)])]);
  }
}

/** The scripts as k6 takes them, by file name: it understands TypeScript. */
export async function readScripts(): Promise<Record<string, string>> {
  const folder = join(projectRoot, 'lib/load/scripts');
  const files = (await readdir(folder)).filter((file) => /\.(ts|proto)$/.test(file));
  const texts = await Promise.all(
    files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const),
  );
  return Object.fromEntries(texts);
}

/** Whether the cluster knows the operator's kind. Who may not ask may not make one either. */
async function hasOperator(kube: Kube, namespace: string): Promise<boolean> {
  try {
    await kube.custom.listNamespacedCustomObject({ ...TEST_RUN, namespace, limit: 1 });
    return true;
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 403)) return false;
    throw error;
  }
}

function jobCarrier(kube: Kube, name: string, options: K6Options): Carrier {
  const { namespace } = options;
  return {
    object: k6Job(name, options),
    selector: `meshproof.dev/load=${name}`,
    pods: 1,
    async failed() {
      const job = await kube.batch.readNamespacedJob({ name, namespace });
      const failed = job.status?.conditions?.find(
        ({ type, status }) => type === 'Failed' && status === 'True',
      );
      return failed && `${failed.reason ?? 'failed'}: ${failed.message ?? ''}`;
    },
    // Deleting a Job through the API leaves its pods behind unless it is told otherwise.
    delete: () =>
      ignoreMissing(kube.batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' })),
  };
}

function testRunCarrier(kube: Kube, name: string, options: K6Options): Carrier {
  const object = k6TestRun(name, options);
  return {
    object,
    // Labels that the operator gives its runners.
    selector: `k6_cr=${name},runner=true`,
    pods: runnersFor(options),
    async failed() {
      const { namespace } = options;
      const run: unknown = await kube.custom.getNamespacedCustomObject({ ...TEST_RUN, name, namespace });
      const stage = (run as { status?: { stage?: string } }).status?.stage;
      return stage === 'error' ? 'the k6 operator says: error' : undefined;
    },
    delete: () => remove(kube, [object]),
  };
}

interface Ended {
  pod: string;
  exitCode: number;
}
type Progress = Ended | { stuck: string };

/** Waits for the k6 containers, not for their Jobs: with an old-style sidecar a Job itself never ends. */
async function k6Ended(kube: Kube, name: string, carrier: Carrier, options: K6Options): Promise<Ended[]> {
  const { namespace } = options;
  const progress = await waitFor<Ended[] | string>(
    `k6 run ${name}`,
    async () => {
      const { items } = await kube.core.listNamespacedPod({ namespace, labelSelector: carrier.selector });
      const seen = items.flatMap((pod) => podProgress(pod) ?? []);
      const stuck = seen.find((one) => 'stuck' in one)?.stuck ?? (await whyNone(items, carrier));
      const ended = seen.filter((one) => 'exitCode' in one);
      return stuck ?? (ended.length >= carrier.pods ? ended : undefined);
    },
    {
      timeoutMs: (k6DeadlineSeconds(options) + 10) * 1000,
      everyMs: 1000,
      nextStep: `kubectl -n ${namespace} describe ${carrier.object.kind} ${name} (it is deleted at the end of the run)`,
    },
  );
  if (typeof progress !== 'string') return progress;
  throw new MeshproofError('environment', `k6 could not start: ${progress}`, {
    nextStep: `see whether the image ${options.image} is on the node, and what the namespace's quotas and policies say`,
    facts: { load: name, image: options.image },
  });
}

async function whyNone(pods: readonly V1Pod[], carrier: Carrier): Promise<string | undefined> {
  return pods.length === 0 ? carrier.failed() : undefined;
}

/** Waiting reasons that no waiting mends. */
const STUCK = new Set([
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerError',
  'CreateContainerConfigError',
]);

/** How far the k6 container of a pod is; undefined while it starts or runs. */
export function podProgress(pod: V1Pod): Progress | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const k6 = containerStatuses.find(({ name }) => name === K6_CONTAINER);
  const ended = k6?.state?.terminated;
  if (ended) return { pod: pod.metadata?.name ?? '', exitCode: ended.exitCode };
  for (const { name, state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (STUCK.has(reason)) return { stuck: `${name}: ${reason}: ${message}` };
  }
  if (pod.status?.phase === 'Failed')
    return { stuck: `${pod.status.reason ?? 'pod failed'}: ${pod.status.message ?? ''}` };
  return undefined;
}

async function resultOf(kube: Kube, { pod, exitCode }: Ended, { namespace, plan }: K6Options) {
  const output = await kube.core.readNamespacedPodLog({
    name: pod,
    namespace,
    container: K6_CONTAINER,
    tailLines: 200,
  });
  if (exitCode === 0) return parseLoad(output, plan.arms, plan.shape.seconds);
  throw new MeshproofError('environment', `k6 ended with exit code ${exitCode}\n${lastLines(output)}`, {
    facts: { pod },
  });
}
