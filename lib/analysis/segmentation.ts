import type {
  Access,
  AccessCell,
  AccessPolicy,
  AccessRequest,
  AccessRule,
  Identity,
} from '../model/access.ts';
import type { Observation } from '../model/observation.ts';

/** What a policy says of a request, by its rules alone: any deny that matches, then any allow, then the default. */
export function expectedAccess(policy: AccessPolicy, from: Identity, request: AccessRequest): Access {
  const matching = policy.rules.filter((rule) => matches(rule, from, request));
  if (matching.some(({ action }) => action === 'deny')) return 'denied';
  const closed = policy.defaultDeny || policy.rules.some(({ action }) => action === 'allow');
  return !closed || matching.some(({ action }) => action === 'allow') ? 'allowed' : 'denied';
}

function matches(rule: AccessRule, from: Identity, { port, http }: AccessRequest): boolean {
  const { identities, namespaces, methods, paths, ports } = rule;
  // Methods and paths are not there to be seen in a TCP stream.
  if ((methods || paths) && !http) return false;
  return (
    (identities?.some((one) => one.namespace === from.namespace && one.account === from.account) ?? true) &&
    (namespaces?.includes(from.namespace) ?? true) &&
    (ports?.includes(port) ?? true) &&
    (methods?.includes(http?.method ?? '') ?? true) &&
    (paths?.some((path) => pathMatches(path, http?.path ?? '')) ?? true)
  );
}

function pathMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

/** Reads `GET /path`, `GET :8081/path` (`port` when none is named) or `TCP :9090`; undefined for anything else. */
export function requestOf(text: string, port: number): AccessRequest | undefined {
  const tcp = /^TCP :(\d+)$/.exec(text);
  if (tcp) return { port: Number(tcp[1]) };
  const [, method, named, path] = /^([A-Z]+) (?::(\d+))?(\/\S*)$/.exec(text) ?? [];
  if (method === undefined || path === undefined) return undefined;
  return { port: Number(named ?? port), http: { method, path } };
}

/** How a mesh says no: the words of an answer to HTTP, the outcome of a TCP connection. */
interface Denial {
  http: RegExp;
  tcp: Observation['outcome'];
  /** What ends a TCP connection later than this, milliseconds, may be the caller's own proxy, which waits no longer. */
  tcpWithinMs: number;
}

/** What was asked of which server, and how it would say no. */
export interface Question {
  cluster: string;
  request: AccessRequest;
  denial: Denial;
}

/**
 * What a call shows of access: `allowed` only when the server in `cluster` itself answered, `denied` only in exactly the
 * mesh's way of saying no; anything else says nothing about a policy.
 */
export function accessSeen(
  { outcome, detail, answeredBy, sentAt, endedAt }: Observation,
  { cluster, request, denial }: Question,
): Access | 'unclear' {
  if (outcome === 'ok') return answeredBy?.cluster === cluster ? 'allowed' : 'unclear';
  if (!request.http)
    return outcome === denial.tcp && endedAt - sentAt < denial.tcpWithinMs ? 'denied' : 'unclear';
  return outcome === 'http-4xx' && denial.http.test(detail ?? '') ? 'denied' : 'unclear';
}

/**
 * What several calls of one kind show together. An answer in the mesh's own words is a denial each time; a TCP connection
 * that ends may have ended for another reason, so it counts as a denial only when every one of them ends so.
 */
export function accessOf(
  calls: readonly Observation[],
  where: Question,
): Pick<AccessCell, 'observed' | 'detail'> {
  const seen = calls.map((call) => accessSeen(call, where));
  const sure = where.request.http !== undefined || !seen.includes('allowed');
  const observed = [...new Set(seen.map((one) => (one === 'denied' && !sure ? 'unclear' : one)))];
  if (!observed.includes('unclear')) return { observed };
  const odd = calls[seen.findIndex((one) => one === 'unclear' || (one === 'denied' && !sure))];
  return { observed, detail: [odd?.outcome, odd?.detail].filter(Boolean).join(': ') };
}

/** What differs from the expectation, each by name: `cart@east → west GET /by-identity`. */
export interface SegmentationFindings {
  unexpectedAllows: string[];
  unexpectedDenies: string[];
  /** Neither allowed nor denied: no evidence about the policy. */
  unclear: string[];
}

/** Compares what was seen with what was expected. One allowed call is an allow, whatever the others were. */
export function judgeSegmentation(cells: readonly AccessCell[]): SegmentationFindings {
  const name = ({ caller, cluster, request, detail }: AccessCell) =>
    `${caller} → ${cluster} ${request}${detail ? ` (${detail})` : ''}`;
  const differing = (expected: Access, seen: Access | 'unclear') =>
    cells.filter((cell) => cell.expected === expected && cell.observed.includes(seen)).map(name);
  return {
    unexpectedAllows: differing('denied', 'allowed'),
    unexpectedDenies: differing('allowed', 'denied'),
    unclear: cells.filter(({ observed }) => observed.length === 0 || observed.includes('unclear')).map(name),
  };
}

/** What a NetworkPolicy did to the calls that it closes off, on a pod whose open port answers. */
export type Fence =
  | { fence: 'enforced' }
  | { fence: 'unenforced'; passed: number; calls: number }
  /** Some calls got through, others did not: a fence with holes. */
  | { fence: 'leaky'; passed: number; calls: number }
  /** The pod's open port does not answer either, or a call ended in a way that no fence explains. */
  | { fence: 'unclear'; why: string };

/** Silence or a refusal: the ways in which a CNI keeps a packet out. */
const KEPT_OUT: readonly Observation['outcome'][] = ['connect-timeout', 'refused'];

/** Judges calls to the closed port of a fenced pod, with those to its open port as the control. */
export function judgeFence(open: readonly Observation[], closed: readonly Observation[]): Fence {
  const deaf = open.find(({ outcome }) => outcome !== 'ok');
  if (deaf || open.length === 0) {
    return { fence: 'unclear', why: `its open port does not answer: ${deaf?.outcome ?? 'no calls'}` };
  }
  const odd = closed.find(({ outcome }) => outcome !== 'ok' && !KEPT_OUT.includes(outcome));
  if (odd) return { fence: 'unclear', why: `a call to its closed port ended as ${odd.outcome}` };
  const passed = closed.filter(({ outcome }) => outcome === 'ok').length;
  const calls = closed.length;
  if (calls === 0) return { fence: 'unclear', why: 'no calls' };
  if (passed === 0) return { fence: 'enforced' };
  return { fence: passed === calls ? 'unenforced' : 'leaky', passed, calls };
}
