import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** What is or was wrong with a pod since a time (milliseconds since the epoch), in words; undefined when nothing is. */
export function troubleOf({ status, metadata, spec }: V1Pod, since: number): string | undefined {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const container = statuses.map((one) => containerTrouble(one, since)).find((one) => one !== undefined);
  if (container !== undefined) return container;
  if (status?.phase === 'Succeeded' || metadata?.deletionTimestamp) return undefined;
  if (status?.phase === 'Pending' && spec?.nodeName === undefined) {
    const why = status.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
    return `it is not scheduled: ${why ?? 'no reason given'}`;
  }
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True' || status?.phase === 'Failed') {
    return status?.phase === 'Failed'
      ? `it failed: ${status.reason ?? status.message ?? 'no reason given'}`
      : undefined;
  }
  return `not ready: ${ready?.message ?? status?.phase ?? 'unknown'}`;
}

function containerTrouble(
  { name, state, lastState, restartCount }: V1ContainerStatus,
  since: number,
): string | undefined {
  const waiting = state?.waiting;
  if (waiting && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
    return `container ${name}: ${waiting.reason}${waiting.message ? ` (${waiting.message.slice(0, 160)})` : ''}`;
  }
  const last = lastState?.terminated;
  if (restartCount === 0 || !last || new Date(last.finishedAt ?? 0).getTime() < since) return undefined;
  return `container ${name} was restarted: ${last.reason ?? 'ended'}, exit code ${last.exitCode}`;
}
