/** What a load speaks: HTTP/1.1; HTTP/2 over the caller's own TLS, which a mesh passes through; gRPC in clear, which it routes; WebSocket. */
export const LOAD_PROTOCOLS = ['http', 'http2', 'grpc', 'websocket'] as const;
export type LoadProtocol = (typeof LOAD_PROTOCOLS)[number];

/** Kinds of ways from a caller to a server. One way may be of two kinds: across regions, and through a gateway. */
export const PATH_CLASSES = [
  'same-node',
  'same-zone',
  'cross-zone',
  'cross-region',
  'through-gateway',
] as const;
export type PathClass = (typeof PATH_CLASSES)[number];

/** Calls a second over time; open loop, so that slow answers hold nothing back. */
export type LoadShape =
  | { kind: 'constant'; ratePerSecond: number; seconds: number }
  /** From one rate to another, linearly. */
  | { kind: 'ramp'; fromPerSecond: number; toPerSecond: number; seconds: number }
  /** A base load with a sudden peak in the middle. */
  | { kind: 'spike'; basePerSecond: number; peakPerSecond: number; peakSeconds: number; seconds: number }
  /** Up within a minute, or a tenth of the time, and then the same rate for hours. */
  | { kind: 'soak'; ratePerSecond: number; seconds: number };

/** One side of a load: who is called, and how. */
export interface LoadArm {
  /** Unique within a load. */
  name: string;
  protocol: LoadProtocol;
  host: string;
  port: number;
  /** Cluster that must answer; any when left out. WebSocket cannot tell. */
  expectCluster?: string;
}

/** What a load is measured against: calls of servers and callers without the mesh, or those within one cluster. */
export const BASELINES = ['no-mesh', 'same-cluster'] as const;
export type Baseline = (typeof BASELINES)[number];

/** Limits of a load; milliseconds, shares 0..1, calls a second. What is left out has no limit. */
export interface LoadLimits {
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
  maxMs?: number;
  errorRatio?: number;
  /** Successful calls a second, at least. */
  perSecond?: number;
  /** Until a new connection carries calls, p95: TCP, and TLS where the caller has its own; the upgrade of a WebSocket. */
  connectMs?: number;
  /** Of the caller's own TLS, p95. */
  tlsHandshakeMs?: number;
}

/** Limits as multiples of a baseline that is measured in turns with the load. */
export interface RelativeLimits {
  to: Baseline;
  p50?: number;
  p95?: number;
  p99?: number;
  connect?: number;
  /** So much above the baseline is never too much: a multiple of nearly nothing says nothing. */
  slackMs: number;
}

/** Limits of one protocol on one kind of path. */
export interface PathBudget {
  path: PathClass;
  protocol: LoadProtocol;
  limits: LoadLimits;
  relative?: RelativeLimits;
}
