import type { Observation, OutcomeClass } from '../model/observation.ts';
import type { PeerLevel, PeerMode } from '../model/peer-authentication.ts';

/** One port of one pod, with what it must demand of clients. */
export interface Door {
  cluster: string;
  namespace: string;
  pod: string;
  app: string;
  port: number;
  mode: PeerMode;
  /** The level of policy that decided it. */
  level: PeerLevel;
}

/** How a call without a certificate ended. */
export type Knock = Pick<Observation, 'outcome' | 'detail' | 'chain' | 'agentFault'>;

/** A door, tried in plaintext and with TLS without a certificate of the client. */
export interface TriedDoor extends Door {
  plaintext: Knock;
  tls: Knock;
}

/** How this mesh's own proxies turn such callers away. */
export interface TurnedAway {
  plaintext: OutcomeClass;
  /** Alerts for a missing certificate. */
  noCertificate: readonly string[];
  /** What every SPIFFE ID of the mesh begins with. */
  trustDomain: string;
}

export interface DoorFindings {
  /** Doors that let in whom they must not, each in words. */
  holes: string[];
  /** Doors that turn away whom they must let in: the controls that failed. */
  shut: string[];
  /** Doors of which nothing can be said. */
  unclear: string[];
  /** Doors as indices of the input, in the order of `holes` and of `shut`. */
  holeAt: number[];
  shutAt: number[];
  /** Doors that were found as they must be, by level and mode. */
  right: Record<string, number>;
}

/** Answers that only come when somebody behind the door, or the proxy itself, has read what was sent in clear. */
const ANSWERS: readonly OutcomeClass[] = [
  'ok',
  'http-4xx',
  'http-5xx',
  'wrong-target',
  'plaintext',
  'corrupt',
];

/**
 * Sets what each door did beside what it must do. A strict door is right only when both calls were turned away in exactly
 * the mesh's own way, by a proxy that shows a certificate of the mesh; any other failure is unclear and proves nothing.
 */
export function judgeDoors(doors: readonly TriedDoor[], mesh: TurnedAway): DoorFindings {
  const findings: DoorFindings = { holes: [], shut: [], unclear: [], holeAt: [], shutAt: [], right: {} };
  for (const [index, door] of doors.entries()) {
    const open = whyOpen(door, mesh);
    const closed = isClosed(door, mesh);
    if (door.mode === 'strict' ? closed : open !== undefined) {
      const kind = `${door.level}: ${door.mode}`;
      findings.right[kind] = (findings.right[kind] ?? 0) + 1;
    } else if (door.mode === 'strict' && open !== undefined) {
      findings.holes.push(`${doorWords(door)} ${open}`);
      findings.holeAt.push(index);
    } else if (closed) {
      findings.shut.push(
        `${doorWords(door)} turns plaintext away, though its ${door.level} policy is ${door.mode}`,
      );
      findings.shutAt.push(index);
    } else {
      findings.unclear.push(
        `${doorWords(door)}: plaintext ${knockWords(door.plaintext)}, TLS ${knockWords(door.tls)}`,
      );
    }
  }
  return findings;
}

/** A door in words: `pay/till-1:8080 in east`. */
export function doorWords({ cluster, namespace, pod, port }: Door): string {
  return `${namespace}/${pod}:${port} in ${cluster}`;
}

/** What was let in, in words; undefined when nothing was seen to be. */
function whyOpen({ plaintext, tls }: TriedDoor, mesh: TurnedAway): string | undefined {
  if (ANSWERS.includes(plaintext.outcome)) return `answers plaintext (${knockWords(plaintext)})`;
  if (tls.outcome === 'plaintext') return 'answers a TLS client in plaintext';
  const leaf = tls.chain?.[0];
  if (leaf && !isOfMesh(tls, mesh))
    return `lets TLS through to the workload (certificate of ${leaf.subject || 'nobody'})`;
  return ANSWERS.includes(tls.outcome)
    ? `answers a client without a certificate (${knockWords(tls)})`
    : undefined;
}

function isClosed({ plaintext, tls }: TriedDoor, mesh: TurnedAway): boolean {
  const turnedAway = plaintext.outcome === mesh.plaintext && !plaintext.detail?.includes('FIN');
  const refused = tls.outcome === 'tls' && mesh.noCertificate.includes(tls.detail ?? '');
  return turnedAway && refused && isOfMesh(tls, mesh);
}

function isOfMesh({ chain }: Knock, { trustDomain }: TurnedAway): boolean {
  return chain?.[0]?.uris.some((uri) => uri.startsWith(`spiffe://${trustDomain}/`)) ?? false;
}

function knockWords({ outcome, detail }: Knock): string {
  return detail === undefined ? outcome : `${outcome}: ${detail.slice(0, 60)}`;
}
