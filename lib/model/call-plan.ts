import type { Observation, Place } from './observation.ts';

/** What is called, and in which protocol. */
export type CallTarget =
  | { protocol: 'http'; url: string; connection: 'fresh' | 'pooled' }
  /** Connects, sends a line, expects the echo of an agent. */
  | { protocol: 'tcp'; host: string; port: number }
  /** Connects only: proves a path, not an answer. For witnesses of a fault. */
  | { protocol: 'tcp-connect'; host: string; port: number }
  /** TLS handshake with no client certificate; returns the peer's chain. */
  | { protocol: 'tls'; host: string; port: number; serverName?: string; alpn?: string[] }
  /** HTTP in clear on a raw socket, answered or not: never through a client library that might retry. */
  | { protocol: 'plaintext'; host: string; port: number }
  | { protocol: 'dns-udp' | 'dns-tcp'; name: string; type: 'A' | 'AAAA' | 'SRV' | 'PTR'; server?: string };

/**
 * What an agent is told to do. It is autonomous: once accepted, it is sent and recorded whatever happens to
 * the control channel.
 */
export interface CallPlan {
  id: string;
  target: CallTarget;
  /** Calls a second, open loop: send times are fixed in advance. At most 500 a pod. */
  ratePerSecond: number;
  /** Calls to send; the plan ends after the last one's deadline at the latest. */
  count: number;
  /** Milliseconds from the intended send time after which a call counts as `deadline`. */
  deadlineMs: number;
}

/** The observations of one call plan: the raw material of every verdict. */
export interface Recording {
  plan: CallPlan;
  /** The agent that called. */
  caller: Place;
  observations: Observation[];
  /** True when every planned call has ended. */
  complete: boolean;
  /** Caller's clock minus the collector's, milliseconds, with the half round trip as its uncertainty. */
  clockOffsetMs: number;
  clockUncertaintyMs: number;
}
