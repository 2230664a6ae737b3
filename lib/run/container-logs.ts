import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { errorMessage } from '../support/errors.ts';
import { ignoreMissing, isStatus, type Kube, secondsSince } from '../support/kube.ts';

/** What was read of some containers' logs, and what could not be. */
export interface LogsRead {
  logs: ContainerLog[];
  /** Containers whose logs were refused, with the reason. */
  unread: string[];
}

/** Log of one container. */
export interface ContainerLog {
  subject: string;
  text: string;
}

/** Which logs are wanted of a cluster. */
export interface LogsWanted {
  cluster: string;
  /** Milliseconds since the epoch. */
  since: number;
  isWatched(namespace: string | undefined): boolean;
  /** Of the mesh; undefined when it has none. */
  proxyContainer: string | undefined;
}

/** Proxies and agents log every call: of those only the end is read, for a program that falls over ends there. */
const TAIL_OF_CALLS = 300;
/** Logs read at the same time. */
const AT_ONCE = 6;

/**
 * Logs since a time of every container of the watched namespaces, and of the one before where a container was restarted
 * since. One request a container.
 */
export async function readLogs({ core }: Pick<Kube, 'core'>, wanted: LogsWanted): Promise<LogsRead> {
  const read: LogsRead = { logs: [], unread: [] };
  const { items } = await core.listPodForAllNamespaces();
  const containers = items
    .filter(({ metadata }) => wanted.isWatched(metadata?.namespace))
    .flatMap((pod) => containersOf(pod, wanted.since));
  const readOne = async (one: OneLog) => {
    const subject = `${wanted.cluster} ${one.namespace}/${one.pod} container ${one.container}`;
    try {
      read.logs.push({ subject, text: await logOf(core, one, wanted) });
    } catch (error) {
      if (!(await isGone(core, one, error)))
        read.unread.push(`${subject}: ${errorMessage(error).split('\n')[0]}`);
    }
  };
  for (let at = 0; at < containers.length; at += AT_ONCE)
    await Promise.all(containers.slice(at, at + AT_ONCE).map(readOne));
  return read;
}

/** A pod may go between its listing and its log; what a node says of one that goes just then may be anything. */
async function isGone(core: Kube['core'], { namespace, pod }: OneLog, error: unknown): Promise<boolean> {
  if (isStatus(error, 404)) return true;
  const found = ignoreMissing(core.readNamespacedPod({ namespace, name: pod }));
  return (await found.catch(() => 'unknown')) === undefined;
}

interface OneLog {
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
}

function containersOf({ metadata, status }: V1Pod, since: number): OneLog[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap((one) => {
    const log = { namespace: metadata?.namespace ?? '', pod: metadata?.name ?? '', container: one.name };
    return [
      ...(hasLog(one) ? [{ ...log, previous: false }] : []),
      ...(endedSince(one, since) ? [{ ...log, previous: true }] : []),
    ];
  });
}

/** It runs, waits to be started again, or ended badly; one that has done its work says nothing of interest. */
function hasLog({ state, lastState }: V1ContainerStatus): boolean {
  if (state?.terminated) return state.terminated.exitCode !== 0;
  return state?.running !== undefined || lastState?.terminated !== undefined;
}

/** One that ended before nobody asks for: it may be gone, and is none of the run's. */
function endedSince({ lastState }: V1ContainerStatus, since: number): boolean {
  const ended = lastState?.terminated?.finishedAt;
  return ended !== undefined && new Date(ended).getTime() >= since;
}

async function logOf(
  core: Kube['core'],
  { pod: name, ...one }: OneLog,
  { since, proxyContainer }: LogsWanted,
): Promise<string> {
  const talkative = one.namespace.startsWith('meshproof-') || one.container === proxyContainer;
  const text = await core.readNamespacedPodLog({
    ...one,
    name,
    sinceSeconds: secondsSince(since),
    ...(talkative ? { tailLines: TAIL_OF_CALLS } : {}),
  });
  // An empty log is undefined to the client.
  return text ?? '';
}
