import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { MeshproofError } from '../support/errors.ts';
import { type Kube, apply, ignoreMissing, remove, waitFor } from '../support/kube.ts';
import { projectRoot } from '../support/paths.ts';
import { K6_CONTAINER, type K6Options, k6DeadlineSeconds, k6Job, k6Script } from './job.ts';
import { type LoadResult, lastLines, parseSummary } from './summary.ts';

export type { LoadResult } from './summary.ts';

/**
 * Runs k6 as a Job and gives back what it measured. The Job and its script are deleted whatever happens, and by
 * Kubernetes itself when this process dies. Throws an `environment` error when k6 did not run to its end.
 */
export async function runK6(kube: Kube, options: K6Options): Promise<LoadResult> {
  const name = `meshproof-k6-${randomUUID().slice(0, 8)}`;
  const script = await readFile(join(projectRoot, 'lib/load/scripts/http-latency.ts'), 'utf8');
  const { namespace } = options;
  try {
    await apply(kube, [k6Script(name, script, options), k6Job(name, options)]);
    // From here on the script goes with the Job, also when this process does not come to its end.
    const { metadata } = await kube.batch.readNamespacedJob({ name, namespace });
    await apply(kube, [k6Script(name, script, options, metadata?.uid)]);
    const ended = await k6Ended(kube, name, options);
    const output = await outputOf(kube, ended.pod, namespace);
    if (ended.exitCode === 0) return parseSummary(output);
    throw new MeshproofError(
      'environment',
      `k6 ended with exit code ${ended.exitCode}\n${lastLines(output)}`,
      {
        facts: { job: name, url: options.url },
      },
    );
  } finally {
    // A failure here must not hide the one above: what is left has a label, and a time to live.
    await Promise.allSettled([
      deleteJob(kube, name, namespace),
      remove(kube, [k6Script(name, script, options)]),
    ]);
  }
}

type Progress = { pod: string; exitCode: number } | { stuck: string };

/** Waits for the k6 container, not for the Job: with an old-style sidecar the Job itself never ends. */
async function k6Ended(
  kube: Kube,
  name: string,
  options: K6Options,
): Promise<{ pod: string; exitCode: number }> {
  const seconds = k6DeadlineSeconds(options);
  const progress = await waitFor<Progress>(
    `k6 run ${name}`,
    () => progressOf(kube, name, options.namespace),
    {
      timeoutMs: (seconds + 10) * 1000,
      everyMs: 1000,
      nextStep: `kubectl -n ${options.namespace} describe job ${name} (the Job is deleted at the end of the run)`,
    },
  );
  if (!('stuck' in progress)) return progress;
  throw new MeshproofError('environment', `k6 could not start: ${progress.stuck}`, {
    nextStep: `see whether the image ${options.image} is on the node, and what the namespace's quotas and policies say`,
    facts: { job: name, image: options.image },
  });
}

async function progressOf(kube: Kube, name: string, namespace: string): Promise<Progress | undefined> {
  const pods = await kube.core.listNamespacedPod({ namespace, labelSelector: `meshproof.dev/load=${name}` });
  const pod = pods.items[0];
  if (pod) return podProgress(pod);
  const job = await kube.batch.readNamespacedJob({ name, namespace });
  const failed = job.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  return failed ? { stuck: `${failed.reason ?? 'failed'}: ${failed.message ?? ''}` } : undefined;
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

async function outputOf(kube: Kube, pod: string, namespace: string): Promise<string> {
  return kube.core.readNamespacedPodLog({ name: pod, namespace, container: K6_CONTAINER, tailLines: 200 });
}

/** Deleting a Job through the API leaves its pods behind unless it is told otherwise. */
async function deleteJob(kube: Kube, name: string, namespace: string): Promise<void> {
  await ignoreMissing(kube.batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' }));
}
