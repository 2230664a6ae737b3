import type { Observation, OutcomeClass, Place } from '../../../model/observation.ts';
import type { Echo } from '../../wire.ts';

/** What one call gives back; the plan adds sequence and times. */
export type CallResult = Omit<Observation, 'sequence' | 'intendedAt' | 'sentAt' | 'endedAt'>;

/** How far a call got: decides what a time-out means. */
export type Phase = 'lookup' | 'connecting' | 'connected';

/** A failure of name resolution with its outcome class, thrown by the resolver through `lookup`. */
export class NameFailure extends Error {
  readonly outcome: OutcomeClass;
  constructor(outcome: OutcomeClass, detail: string) {
    super(detail);
    this.outcome = outcome;
  }
}

/** The outcome of a call whose time ran out in a phase. */
export function deadlinePassed(phase: Phase): CallResult {
  if (phase === 'lookup') return { outcome: 'dns-timeout', detail: 'deadline in name resolution' };
  return phase === 'connecting'
    ? { outcome: 'connect-timeout', detail: 'deadline before the connection was open' }
    : { outcome: 'deadline' };
}

const BY_ERRNO: Record<string, OutcomeClass> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  // Nobody said no: the path to the target gives no answer (a router on the way may report it).
  EHOSTUNREACH: 'connect-timeout',
  ENETUNREACH: 'connect-timeout',
  EHOSTDOWN: 'connect-timeout',
};

/** Out of ports, descriptors or buffers: the agent's own trouble, which says nothing about the mesh. */
const AGENT_ERRNO = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRINUSE']);

/** The outcome of a call that ended with an error of a socket, TLS or the HTTP parser. */
export function failure(error: unknown, phase: Phase): CallResult {
  if (error instanceof NameFailure) return { outcome: error.outcome, detail: error.message };
  const code = codeOf(error);
  const detail = describe(error, code);
  if (isAgentFault(error)) return { outcome: 'refused', detail: `agent: ${detail}`, agentFault: true };
  if (code === 'ETIMEDOUT')
    return { outcome: phase === 'connected' ? 'deadline' : 'connect-timeout', detail };
  if (/^ERR_(SSL|TLS)/.test(code) || code === 'EPROTO') return { outcome: 'tls', detail };
  if (code.startsWith('HPE_')) return { outcome: 'wrong-target', detail: `no HTTP: ${detail}` };
  return { outcome: BY_ERRNO[code] ?? 'reset', detail };
}

/** True for an error that the agent's own shortage caused. */
export function isAgentFault(error: unknown): boolean {
  return AGENT_ERRNO.has(codeOf(error));
}

/** The errno or Node error code of anything thrown; empty when it has none. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

function describe(error: unknown, code: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.includes(code) ? message : `${code} ${message}`;
}

/** Reads an echo of an agent; undefined for any other text. */
export function parseEcho(text: string): Echo | undefined {
  try {
    const value = JSON.parse(text) as Partial<Echo> | null;
    return isPlace(value?.place) ? (value as Echo) : undefined;
  } catch {
    return undefined;
  }
}

function isPlace(place: Partial<Place> | undefined): place is Place {
  if (typeof place !== 'object' || place === null) return false;
  const parts = [place.cluster, place.region, place.zone, place.node, place.pod];
  return parts.every((part) => typeof part === 'string');
}
