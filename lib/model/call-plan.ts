import type { Observation, Place } from './observation.ts';

/** What an HTTP call carries; both sizes in bytes of body, 0 when left out. */
export interface HttpCall {
  url: string;
  connection: 'fresh' | 'pooled';
  /** GET when there is no body, POST otherwise. */
  method?: string;
  headers?: Record<string, string>;
  /** Bytes sent. The echo tells their SHA-256; another one than what was sent is `corrupt`. */
  bodyBytes?: number;
  /** Bytes that the echo is asked to send back, checked the same way. */
  replyBytes?: number;
  /** Names of request headers, in lower case, whose values as the server saw them go into `headersSeen`. */
  report?: string[];
}

/** What a client shows in a TLS handshake: PEM, the leaf first. */
export interface ClientCertificate {
  certificate: string;
  key: string;
}

/** What is called, and in which protocol. */
export type CallTarget =
  | ({ protocol: 'http' } & HttpCall)
  /** HTTP/2 with prior knowledge, in clear to the caller's proxy (h2c). */
  | ({ protocol: 'http2' } & HttpCall)
  /** A gRPC call of `messages` messages each way on one stream: 1 is unary. Fresh connection. */
  | { protocol: 'grpc'; host: string; port: number; messages: number; bodyBytes?: number; gapMs?: number }
  /** Upgrades, then sends `messages` messages `gapMs` apart, each echoed. */
  | { protocol: 'websocket'; url: string; messages: number; bodyBytes?: number; gapMs?: number }
  /** Connects, sends a line, expects the echo of an agent; once more after `idleMs` on the same connection. */
  | { protocol: 'tcp'; host: string; port: number; bodyBytes?: number; idleMs?: number }
  /** Connects only: proves a path, not an answer. For witnesses of a fault. */
  | { protocol: 'tcp-connect'; host: string; port: number }
  /** One datagram of exactly `bodyBytes`, echoed whole. The kernel sets DF on what fits the interface's MTU. */
  | { protocol: 'udp'; host: string; port: number; bodyBytes: number }
  /** TLS handshake, with no client certificate unless one is given; returns the peer's chain. */
  | {
      protocol: 'tls';
      host: string;
      port: number;
      serverName?: string;
      alpn?: string[];
      clientCertificate?: ClientCertificate;
      /** TLS versions offered, both inclusive. */
      minVersion?: TlsVersion;
      maxVersion?: TlsVersion;
      /** OpenSSL cipher list for TLS up to 1.2. */
      ciphers?: string;
      /** After the handshake a GET / is sent and its answer waited for: a server that refuses a client does so now. */
      request?: boolean;
    }
  /** HTTP in clear on a raw socket, answered or not: never through a client library that might retry. */
  | { protocol: 'plaintext'; host: string; port: number }
  | {
      protocol: 'dns-udp' | 'dns-tcp';
      name: string;
      type: 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR';
      server?: string;
      /** Applies search path and ndots of resolv.conf as a stub resolver does; otherwise the name is asked as it is. */
      search?: boolean;
    };

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/**
 * What an agent is told to do. It is autonomous: once accepted, it is sent and recorded whatever happens to
 * the control channel.
 */
export interface CallPlan {
  id: string;
  target: CallTarget;
  /** Calls a second, open loop: send times are fixed in advance. At most 500 a pod. */
  ratePerSecond: number;
  /** True: each call at a random moment of its own interval, so that plans which run together never keep step. Default: evenly. */
  scattered?: boolean;
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
