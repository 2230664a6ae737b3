import type { Verdict } from './verdict.ts';

/** What is tried on every path, in the order in which it is shown. `tls` is the application's own, passed through. */
export const WIRE_PROTOCOLS = [
  'http',
  'http2',
  'grpc',
  'grpc-stream',
  'websocket',
  'tcp',
  'tls',
  'udp',
] as const;
export type WireProtocol = (typeof WIRE_PROTOCOLS)[number];

/** One protocol from one cluster to a service that lives in another (or the same). */
export interface MatrixCell {
  from: string;
  to: string;
  protocol: WireProtocol;
  state: 'works' | 'fails' | 'not-applicable';
  calls: number;
  ok: number;
  /** Milliseconds; absent when no call was answered. */
  p50Ms?: number;
  /** Why it fails or does not apply. */
  reason?: string;
}

/** What the heat map shows. */
export interface ConnectivityData {
  title: string;
  subtitle: string;
  verdict: Verdict;
  /** Calling clusters, from top to bottom. */
  callers: string[];
  /** Answering clusters, from left to right. */
  clusters: string[];
  cells: MatrixCell[];
}

/** Ranges and addresses of one cluster as it really uses them; CIDR notation, single addresses without. */
export interface AddressUse {
  cluster: string;
  network: string;
  pods: string[];
  services: string[];
  nodes: string[];
}
