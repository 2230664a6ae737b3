import type { Observation, Place } from '../model/observation.ts';

/**
 * Ports of an agent: HTTP/1.1 (with WebSocket), h2c, gRPC, TCP, TLS that the agent itself ends, HTTP/1.1 once more, UDP. The control port is
 * bound to the pod's loopback only: a port-forward reaches it, a mesh can't.
 */
export const AGENT_PORTS = {
  http: 8080,
  http2: 8081,
  grpc: 8082,
  tcp: 9090,
  tls: 8443,
  /** Counted apart: nobody calls it but who counts. */
  metered: 8083,
  udp: 9091,
  control: 15_999,
} as const;

/** Milliseconds for which an agent that is told to end serves on, as long as it is called; it ends at once without. */
export const DRAIN_VARIABLE = 'MESHPROOF_DRAIN_MS';

/** Where it is set, an agent writes a line of JSON, a {@link ProcessorWait}, whenever a program of its pod waited for a processor. */
export const SAY_WAITS_VARIABLE = 'MESHPROOF_SAY_WAITS';

/** How long programs of a pod had work to do and no processor, in a stretch of time; milliseconds, the stretch on the node's clock. */
export interface ProcessorWait {
  from: number;
  to: number;
  /** Of each program the thread that waited longest; one wait may have begun before the stretch. */
  waits: Record<string, number>;
}

/** Limits that an agent enforces when it takes a plan; past them it refuses instead of dropping results later. */
export const AGENT_LIMITS = {
  /** DESIGN.md §4: 500 calls a second for a pod. */
  ratePerSecond: 500,
  /** Observations kept for all plans together, an hour of calls: 28 bytes each, so 50 MB. */
  observations: 1_800_000,
  /** Observations in one answer of the control API. */
  page: 5_000,
  /** Bytes of one body, message or stream piece: 10 MiB. */
  bodyBytes: 10_485_760,
  /** Messages on one stream. */
  messages: 10_000,
} as const;

/** Request header that asks an HTTP echo for so many bytes of payload after its own line. */
export const REPLY_BYTES_HEADER = 'x-meshproof-reply-bytes';
/** Response header of gRPC and WebSocket echoes: an {@link Echo} as base64url of its JSON. */
export const ECHO_HEADER = 'x-meshproof-echo';

/** Size and SHA-256 (hex) of a body. */
export interface Digest {
  bytes: number;
  sha256: string;
}

/** What an echo says about itself and about the request that it saw. */
export interface Echo {
  place: Place;
  /** Request headers as the server saw them, names in lower case; absent for TCP. */
  headers?: Record<string, string>;
  /** The line that was sent; TCP only. */
  line?: string;
  /** The body as it arrived, where there was one. */
  received?: Digest;
}

/** Answer of `GET /plans/:id?from=SEQ`: the observations from SEQ up to the first call that has not ended. */
export interface PlanPage {
  observations: Observation[];
  /** Sequence number to ask for next. */
  next: number;
  /** True when every planned call has ended; `next` tells whether all of them are in this answer. */
  complete: boolean;
  count: number;
}

/** The ports that an agent really listens on, by name. */
export type AgentPorts = Record<keyof typeof AGENT_PORTS, number>;

/** Answer of `GET /info`. */
export interface AgentInfo {
  place: Place;
  /** Changes whenever the agent starts: results of an earlier one are gone. */
  instance: string;
  node: string;
  plans: string[];
  ports: AgentPorts;
}
