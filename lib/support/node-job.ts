import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Exec, type V1Job, type V1Status } from '@kubernetes/client-node';
import type { NodeAccess } from '../model/lab.ts';
import { errorMessage, MeshproofError } from './errors.ts';
import { type ExecOptions, type ExecResult, forEachLine } from './exec.ts';
import { ignoreMissing, isStatus, type Kube, openKube, waitFor } from './kube.ts';

type Options = Pick<ExecOptions, 'input' | 'timeout' | 'signal' | 'onLine'>;
type ByJob = Extract<NodeAccess, { by: 'job' }>;

/** Namespace of the Jobs that let commands into nodes, and of the Lease. */
export const SYSTEM_NAMESPACE = 'meshproof-system';
/** Label on the Jobs and their pods. */
const LABEL = 'meshproof.dev/node-access';
/** A Job that no command has used for so long ends by itself, and is removed by Kubernetes: none is left behind for long. */
const IDLE_S = 90;
const USED = '/tmp/used';
const WAIT = `touch ${USED}; while [ $(($(date +%s) - $(stat -c %Y ${USED}))) -lt ${IDLE_S} ]; do sleep 5; done`;
const USE = `touch ${USED}; exec "$@"`;
const CONTAINER = 'node';

/** Jobs that this process has seen running, by the handle of their node: the names of their pods. */
const opened = new Map<string, Promise<string>>();

/**
 * Runs a command in a node as its own root: a privileged Job pinned to the node, whose pod enters the namespaces of the
 * node's first process (nsenter(1)). One Job a node serves all commands, none of which may take longer than {@link IDLE_S}. What has to outlive it is given to the node's
 * own systemd by what runs here. A way that is lost counts as exit code 125, as `docker exec` has it.
 */
export async function runByJob(
  access: ByJob,
  handle: string,
  command: readonly string[],
  options: Options = {},
): Promise<ExecResult> {
  const kube = kubeFor(access, handle);
  for (let again = true; ; again = false) {
    try {
      return await enter(kube, await podFor(access, handle), command, options);
    } catch (error) {
      opened.delete(handle);
      // Where nothing was run yet, the pod is gone with its node, or its time was over: once more with a new one.
      if (!again || !(error instanceof NotEntered)) return lost(error);
    }
  }
}

/** Removes the Jobs of all nodes, whoever made them. Idempotent; says where there were any. */
export async function removeNodeJobs(access: ByJob): Promise<string[]> {
  opened.clear();
  const removed = await Promise.all(
    Object.entries(access.kubeconfigs).map(async ([cluster, kubeconfig]) => {
      const { batch } = openKube(kubeconfig);
      const { items } = await batch.listNamespacedJob({ namespace: SYSTEM_NAMESPACE, labelSelector: LABEL });
      if (items.length === 0) return [];
      await batch.deleteCollectionNamespacedJob({
        namespace: SYSTEM_NAMESPACE,
        labelSelector: LABEL,
        propagationPolicy: 'Background',
      });
      return [`${items.length} Jobs that let commands into the nodes of ${cluster}`];
    }),
  );
  return removed.flat();
}

/** The Job that lets commands into one node. It starts without the cluster's network, and on a node that is cordoned. */
export function nodeJob(node: string, image: string): V1Job {
  const labels = { [LABEL]: 'true' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobName(node), namespace: SYSTEM_NAMESPACE, labels },
    spec: {
      ttlSecondsAfterFinished: 0,
      backoffLimit: 2,
      template: {
        metadata: { labels, annotations: { 'meshproof.dev/node': node } },
        spec: {
          nodeName: node,
          hostPID: true,
          hostNetwork: true,
          automountServiceAccountToken: false,
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 0,
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name: CONTAINER,
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['sh', '-c', WAIT],
              securityContext: { privileged: true, runAsUser: 0, runAsGroup: 0 },
              resources: { requests: { cpu: '10m', memory: '16Mi' } },
            },
          ],
        },
      },
    },
  };
}

/** The name of a node may be longer than that of a Job, and has dots in it. */
function jobName(node: string): string {
  return `meshproof-node-${createHash('sha256').update(node).digest('hex').slice(0, 10)}`;
}

function podFor(access: ByJob, handle: string): Promise<string> {
  const known = opened.get(handle);
  if (known) return known;
  const { node } = parts(handle);
  const made = startJob(kubeFor(access, handle), node, access.image);
  opened.set(handle, made);
  // One that failed is made anew by the next command.
  made.catch(() => opened.delete(handle));
  return made;
}

/** Makes the Job unless there is one, and waits until its pod runs. */
async function startJob(kube: Kube, node: string, image: string): Promise<string> {
  const name = jobName(node);
  const job = nodeJob(node, image);
  const selector = `batch.kubernetes.io/job-name=${name}`;
  return waitFor(
    `a pod that lets commands into ${node} runs`,
    async () => {
      await ensureJob(kube, name, job);
      const { items } = await kube.core.listNamespacedPod({
        namespace: SYSTEM_NAMESPACE,
        labelSelector: selector,
      });
      const running = items.find(
        ({ status, metadata }) => status?.phase === 'Running' && metadata?.deletionTimestamp === undefined,
      );
      return running?.metadata?.name;
    },
    {
      timeoutMs: 60_000,
      everyMs: 250,
      nextStep: `kubectl -n ${SYSTEM_NAMESPACE} describe job ${name}; its image must be there (provider.kubeconfig.images.runtime), and privileged pods allowed in the namespace`,
    },
  );
}

/** One that has ended goes by itself, and another is made once its name is free. */
async function ensureJob({ batch, core }: Kube, name: string, body: V1Job): Promise<void> {
  if (await ignoreMissing(batch.readNamespacedJob({ namespace: SYSTEM_NAMESPACE, name }))) return;
  try {
    await batch.createNamespacedJob({ namespace: SYSTEM_NAMESPACE, body });
  } catch (error) {
    if (isStatus(error, 404)) await createNamespace(core);
    else if (!isStatus(error, 409)) throw error;
  }
}

async function createNamespace(core: Kube['core']): Promise<void> {
  await core.createNamespace({ body: { metadata: { name: SYSTEM_NAMESPACE } } });
}

/** The way into the pod could not be opened: the command was not run. */
class NotEntered extends Error {}

async function enter(
  { config }: Pick<Kube, 'config'>,
  pod: string,
  command: readonly string[],
  { input, timeout = 30_000, signal, onLine }: Options,
): Promise<ExecResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const printed = [stdout, stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    if (onLine) forEachLine(stream, onLine);
    return () => Buffer.concat(chunks).toString();
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  const words = [
    'sh',
    '-c',
    USE,
    'sh',
    'nsenter',
    '--target=1',
    '--mount',
    '--uts',
    '--ipc',
    '--net',
    '--pid',
    '--',
    ...command,
  ];
  const stdin = input === undefined ? null : Readable.from([Buffer.from(input)]);
  const socket = await new Exec(config)
    .exec(SYSTEM_NAMESPACE, pod, CONTAINER, words, stdout, stderr, stdin, false, (status) =>
      end(exitCodeOf(status)),
    )
    .catch((error: unknown) => {
      throw new NotEntered(errorMessage(error));
    });
  socket.on('close', () => end(LOST));
  const timer = setTimeout(() => end(124), timeout);
  const stop = () => end(130);
  signal?.addEventListener('abort', stop, { once: true });
  const exitCode = await ended;
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  socket.close();
  await Promise.all([stdout, stderr].map((stream) => finished(stream.end())));
  const [out = '', problems = ''] = printed.map((all) => all());
  const why = exitCode === LOST ? '\nthe way into the node was lost' : '';
  return { stdout: out.replace(/\n$/, ''), stderr: `${problems}${why}`.trim(), exitCode };
}

const LOST = 125;

function lost(error: unknown): ExecResult {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${errorMessage(error.cause)}` : '';
  return { stdout: '', stderr: `${errorMessage(error)}${cause}`, exitCode: LOST };
}

/** The exit code that the API server reports of a command (reason `NonZeroExitCode`, cause `ExitCode`). */
export function exitCodeOf({ status, details }: V1Status): number {
  if (status === 'Success') return 0;
  const cause = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  return cause === undefined ? LOST : Number(cause);
}

function kubeFor({ kubeconfigs }: ByJob, handle: string): Kube {
  const { cluster } = parts(handle);
  const kubeconfig = kubeconfigs[cluster];
  if (kubeconfig === undefined) throw new MeshproofError('bug', `no kubeconfig for the node ${handle}`);
  return openKube(kubeconfig);
}

/** What commands get into a node by, where a Job lets them in. */
export function nodeHandle(cluster: string, node: string): string {
  return `${cluster}/${node}`;
}

function parts(handle: string): { cluster: string; node: string } {
  const [cluster = '', node = ''] = handle.split('/');
  return { cluster, node };
}
