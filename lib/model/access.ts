import type { Verdict } from './verdict.ts';

/** Who a workload is: its service account. */
export interface Identity {
  namespace: string;
  account: string;
}

/**
 * One rule, in no mesh's own words. Every part that is there must match; what is left out matches everything.
 * A path ends with `*` when it stands for all that begin so. A rule with methods or paths is about HTTP only.
 */
export interface AccessRule {
  name: string;
  action: 'allow' | 'deny';
  /** Any one of these. */
  identities?: readonly Identity[];
  /** Any identity of any one of these. */
  namespaces?: readonly string[];
  methods?: readonly string[];
  paths?: readonly string[];
  ports?: readonly number[];
}

/** What may reach one workload. */
export interface AccessPolicy {
  namespace: string;
  /** Value of the `app` label of the workload's pods. */
  workload: string;
  /** Nothing in the namespace is reached unless a rule allows it. */
  defaultDeny: boolean;
  /** Any deny that matches decides, then any allow. */
  rules: readonly AccessRule[];
}

/** What a caller asks for: an HTTP request, or a bare TCP connection. */
export interface AccessRequest {
  port: number;
  http?: { method: string; path: string };
}

export type Access = 'allowed' | 'denied';

/** One caller asking one server for one thing. */
export interface AccessCell {
  /** The row, as `cart@east`. */
  caller: string;
  /** Cluster of the server. */
  cluster: string;
  /** The column within its cluster, as `GET /by-identity`. */
  request: string;
  expected: Access;
  /** Every outcome that was seen, without repetition: one word each for what is neither. */
  observed: readonly (Access | 'unclear')[];
  /** What was seen where it is neither. */
  detail?: string;
}

/** The picture of expected and observed access. */
export interface SegmentationData {
  title: string;
  subtitle: string;
  verdict: Verdict;
  cells: readonly AccessCell[];
}
