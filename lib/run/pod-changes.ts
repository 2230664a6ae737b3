import type { V1EndpointSlice, V1Pod } from '@kubernetes/client-node';
import type { PodEvent } from '../model/upgrade-record.ts';

/** What happened to a pod between two looks at it; undefined: it was not there before, or is not any more. */
export function podChanges(
  before: V1Pod | undefined,
  now: V1Pod | undefined,
): Pick<PodEvent, 'what' | 'container'>[] {
  if (!now) return [{ what: 'gone' }];
  const stopped = [...stoppedIn(now)].filter((container) => !stoppedIn(before).has(container));
  return [
    ...(isEnding(now) && !isEnding(before) ? [{ what: 'ending' as const }] : []),
    ...(isReady(now) && !isReady(before) ? [{ what: 'ready' as const }] : []),
    ...(!isReady(now) && isReady(before) ? [{ what: 'unready' as const }] : []),
    ...stopped.map((container) => ({ what: 'stopped' as const, container })),
  ];
}

/** Addresses of a slice that take new calls. */
export function listedIn({ endpoints }: V1EndpointSlice): Set<string> {
  return new Set(
    (endpoints ?? []).flatMap(({ addresses, conditions }) => (conditions?.ready === false ? [] : addresses)),
  );
}

function isEnding(pod: V1Pod | undefined): boolean {
  return pod?.metadata?.deletionTimestamp !== undefined;
}

function isReady(pod: V1Pod | undefined): boolean {
  return (pod?.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Those that ended and shall not run again, or were started again since: a job of the start (`istio-init`) is none. */
function stoppedIn(pod: V1Pod | undefined): Set<string> {
  const { initContainerStatuses = [], containerStatuses = [] } = pod?.status ?? {};
  const stays = new Set(
    (pod?.spec?.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  return new Set(
    [...initContainerStatuses.filter(({ name }) => stays.has(name)), ...containerStatuses].flatMap(
      ({ name, state }) => (state?.terminated ? [name] : []),
    ),
  );
}
