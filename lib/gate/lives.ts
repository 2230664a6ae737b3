import type { EndedPod } from '../model/gate.ts';
import type { PodEvent } from '../model/upgrade-record.ts';

/** What became of one pod; times are milliseconds since the epoch, on the watcher's clock. */
export interface Life extends Pick<PodEvent, 'cluster' | 'pod' | 'app' | 'role'> {
  address: string;
  /** When it became ready, and when not any more; in order. */
  turns: { at: number; ready: boolean }[];
  endingAt?: number;
  unlistedAt?: number;
  goneAt?: number;
  /** When each container ended. */
  stopped: Record<string, number>;
}

/** Every pod that was heard of. */
export function livesOf(events: readonly PodEvent[]): Life[] {
  const lives = new Map<string, Life>();
  for (const event of events.toSorted((a, b) => a.at - b.at)) {
    const { at, cluster, namespace, pod, app, role, address, what, container } = event;
    const key = `${cluster}/${namespace}/${pod}`;
    const life = lives.get(key) ?? { cluster, pod, app, role, address, turns: [], stopped: {} };
    lives.set(key, life);
    if (address !== '') life.address = address;
    if (what === 'ready' || what === 'unready') life.turns.push({ at, ready: what === 'ready' });
    else if (what === 'ending') life.endingAt ??= at;
    else if (what === 'gone') life.goneAt ??= at;
    else if (what === 'stopped' && container !== undefined) life.stopped[container] ??= at;
    // Several services may list it, and each takes it off; two watches are in no order.
    else if (what === 'unlisted') life.unlistedAt ??= at;
    else if (what === 'listed') delete life.unlistedAt;
  }
  return [...lives.values()];
}

/** `east/payments-1`. */
export function podKey({ cluster, pod }: Pick<Life, 'cluster' | 'pod'>): string {
  return `${cluster}/${pod}`;
}

/** Pods that calls pass and that were told to end; callers end after their calls, and carry none. */
export function endedPods(events: readonly PodEvent[], caller: string): EndedPod[] {
  return livesOf(events).flatMap((life) =>
    life.endingAt !== undefined && life.role !== 'control-plane' && life.app !== caller
      ? [{ pod: podKey(life), role: life.role }]
      : [],
  );
}

/** It was ready, and not told to end. */
export function takesCalls({ turns, endingAt = Infinity }: Life, at: number): boolean {
  return at < endingAt && turns.findLast((turn) => turn.at <= at)?.ready === true;
}

/** `0.3 s`. */
export function span(ms: number): string {
  return `${(Math.abs(ms) / 1000).toFixed(1)} s`;
}

/** What its end has to do with a moment: `payments-x was told to end 0.3 s before`. */
export function endWords({ pod, cluster, endingAt = 0, goneAt, unlistedAt }: Life, at: number): string {
  const told = `${pod} in ${cluster} was told to end ${span(at - endingAt)} ${at >= endingAt ? 'before' : 'later'}`;
  const gone = goneAt !== undefined && goneAt <= at ? `, and was gone ${span(at - goneAt)} before` : '';
  const listed =
    unlistedAt === undefined
      ? ''
      : `, and taken off the service's addresses ${span(at - unlistedAt)} ${at >= unlistedAt ? 'before' : 'later'}`;
  return `${told}${listed}${gone}`;
}
