/** What a pod is to calls. */
export type PodRole = 'workload' | 'gateway' | 'control-plane';

/**
 * Something that happened to a pod on the way of calls. `ending` it was told to end, `stopped` a container of it ended, `gone`
 * it is no more; `unlisted` its cluster's API lists its address no more as one that takes calls.
 */
export interface PodEvent {
  /** When the watcher heard of it, milliseconds since the epoch. */
  at: number;
  cluster: string;
  namespace: string;
  pod: string;
  /** Label `app`. */
  app: string;
  role: PodRole;
  /** Empty before it has one. */
  address: string;
  what: 'ready' | 'unready' | 'ending' | 'stopped' | 'gone' | 'listed' | 'unlisted';
  /** Of `stopped`. */
  container?: string;
}

/** A call or connection that a proxy could not carry out, as the proxy logged it. */
export interface LostLine {
  /** When the proxy took it in, and when it was over; milliseconds since the epoch on the node's clock. */
  startedAt: number;
  endedAt: number;
  /** By the proxy of the caller, or of the server. */
  side: 'client' | 'server';
  requestId: string;
  /** Name of the service that was called, as far as the proxy knew. */
  service: string;
  /** The port that the caller asked for; 0 where the proxy did not log it. */
  port: number;
  /** `address:port` that it was sent to; empty when to none. */
  upstream: string;
  /** The proxy's short form of what happened: `UC`; empty when it only passed an error on. */
  code: string;
  /** The same as a clause: `the connection ended before an answer`. */
  words: string;
  /** Why it happened: on the way, or since the proxy knew of nowhere to send it. */
  kind:
    | 'connection'
    | 'no-endpoint'
    | 'no-configuration'
    | 'certificate'
    | 'time'
    | 'limit'
    | 'caller'
    | 'passed-on';
}

/** A line with the pod whose proxy logged it. */
export interface SaidLine extends LostLine {
  cluster: string;
  pod: string;
}

/** Time that programs of a pod had work to do and no processor to do it on; milliseconds since the epoch, on the node's clock. */
export interface PodWait {
  cluster: string;
  pod: string;
  from: number;
  to: number;
  /** Milliseconds of each program, by its name. */
  waits: Record<string, number>;
}

/** What was seen while versions changed. */
export interface UpgradeRecord {
  events: PodEvent[];
  lines: SaidLine[];
  waits: PodWait[];
  /** What could not be watched or read, in words. */
  unread: string[];
}
