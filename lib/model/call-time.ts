/** Where the time of a call goes, from its caller outwards. */
export const CALL_PARTS = ['caller', 'client proxy', 'network', 'server proxy', 'application'] as const;
export type CallPart = (typeof CALL_PARTS)[number];

/** How a call came to its answer. The places are those of the caller and of who answered. */
export type PathClass = 'same-node' | 'same-zone' | 'cross-zone' | 'cross-region';

/** Calls of one path that are alike, and what each part took of them on average, milliseconds. */
export interface CallGroup {
  /** `typical`: the middle half by time; `slow`: the slowest twentieth. */
  group: 'typical' | 'slow';
  calls: number;
  totalMs: number;
  parts: Record<CallPart, number>;
}

/** Where the time of a path goes. */
export interface PathTimes {
  /** `west to east`. */
  path: string;
  class: PathClass;
  /** Calls whose times both proxies told. */
  calls: number;
  /** Calls that were answered, with those whose times are missing. */
  answered: number;
  groups: CallGroup[];
  /** Of the caller's proxy to the next hop and back, per call, headers included, without TLS; the mean. */
  bytesSent: number;
  bytesReceived: number;
}

/** How long a proxy had to do with one call. */
export interface ProxyTimes {
  side: 'client' | 'server';
  /** The value of `x-request-id`, by which both sides' times find each other. */
  call: string;
  /** From the first byte of the request that it got to the last byte of the answer that it gave. */
  totalMs: number;
  /** From the first byte that it sent on to the last byte that came back. */
  upstreamMs: number;
  /** On the wire to the next hop, headers included, without TLS. */
  bytesSent: number;
  bytesReceived: number;
}
