/** How one call ended. `ok` only when the expected answer came from an allowed place. */
export const OUTCOME_CLASSES = [
  'ok',
  'refused',
  'reset',
  'connect-timeout',
  'deadline',
  'tls',
  'identity',
  'dns-nxdomain',
  'dns-servfail',
  'dns-timeout',
  'http-4xx',
  'http-5xx',
  'wrong-target',
  'plaintext',
  'corrupt',
] as const;
export type OutcomeClass = (typeof OUTCOME_CLASSES)[number];

/** Where an agent runs, as it reports itself. */
export interface Place {
  cluster: string;
  region: string;
  zone: string;
  node: string;
  pod: string;
}

/** One certificate of a peer's chain; times are milliseconds since the epoch. */
export interface CertificateSeen {
  subject: string;
  issuer: string;
  /** All URI SANs; a workload certificate has exactly one SPIFFE ID. */
  uris: string[];
  notBefore: number;
  notAfter: number;
  /** The certificate itself, PEM, so that its signature can be checked. */
  pem: string;
}

/** One call's record. Times are milliseconds since the epoch on the caller's clock, with fractions. */
export interface Observation {
  /** Position in the plan, from 0. */
  sequence: number;
  /** When the plan said to send; latency counts from here (coordinated omission, Tene 2013). */
  intendedAt: number;
  /** When it was really sent; later than intended when the agent was late. */
  sentAt: number;
  endedAt: number;
  outcome: OutcomeClass;
  /** The raw reason: an errno, an HTTP status, a TLS alert, a DNS rcode. */
  detail?: string;
  /** Envoy's response flags or the proxy's own words, where it gave them. */
  responseFlags?: string;
  /** The agent itself could not send in time or at all (no port, no descriptor): says nothing about the mesh. */
  agentFault?: boolean;
  /**
   * It failed, or took long, while the host of the caller's machine gave more than a quarter of its processors to others:
   * that says little about the mesh.
   */
  heldUp?: boolean;
  answeredBy?: Place;
  /** Client identity that the server saw (X-Forwarded-Client-Cert), raw. */
  identitySeen?: string;
  /** DNS answer: record data as text. */
  answers?: string[];
  /** Remaining TTL in seconds of the first answer. */
  ttlSeconds?: number;
  /** The UDP answer was truncated (TC); `answers` are then those that fitted. */
  truncated?: boolean;
  /** Seconds for which a resolver may remember that the name is not there (RFC 2308: least of SOA's TTL and minimum). */
  negativeTtlSeconds?: number;
  /** Names that were asked, in order, when the search path was applied. */
  asked?: string[];
  /** Values of the request headers that the plan asked for, as the server saw them. */
  headersSeen?: Record<string, string>;
  /** What a TLS handshake came to. */
  tls?: { version: string; cipher: string };
  /** Messages echoed on a stream (gRPC, WebSocket), and bytes of body that came back. */
  messages?: number;
  bytes?: number;
  /** Peer's chain of a TLS handshake, leaf first. */
  chain?: CertificateSeen[];
}
