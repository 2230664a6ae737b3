import type { Observation } from '../model/observation.ts';
import { whyNotChained } from '../probe/chain.ts';

/** What is demanded of the certificates that a workload presents. */
export interface LeafTerms {
  /** Its SPIFFE ID. */
  identity: string;
  /** PEM; what was trusted when the game day began. */
  root: string;
  /** A certificate that was there for so long should have been followed by another; milliseconds. */
  overdueMs: number;
}

/**
 * Judges handshakes by the certificate that came, whatever became of the connection: a server that demands one of the client
 * ends it, and has shown its own. `identity` and `tls` for one that is wrong, not valid or overdue; what showed none keeps its
 * outcome. Times on the caller's clock. In the order of the handshakes. Pure.
 */
export function judgeLeaves(seen: readonly Observation[], terms: LeafTerms): Observation[] {
  const firstSeen = new Map<string, number>();
  const chained = new Map<string, string | undefined>();
  return seen.map((observation): Observation => {
    const { chain = [], endedAt } = observation;
    const [leaf] = chain;
    if (!leaf) return observation;
    const since = firstSeen.get(leaf.pem) ?? endedAt;
    firstSeen.set(leaf.pem, since);
    const say = (outcome: Observation['outcome'], detail: string): Observation => ({
      ...observation,
      outcome,
      detail,
    });
    if (leaf.uris.join() !== terms.identity) return say('identity', leaf.uris.join(', ') || 'no SPIFFE ID');
    if (endedAt > leaf.notAfter) return say('tls', `expired at ${new Date(leaf.notAfter).toISOString()}`);
    const pems = chain.map(({ pem }) => pem).join('');
    if (!chained.has(pems)) chained.set(pems, whyNotChained(chain, terms.root, endedAt));
    const why = chained.get(pems);
    if (why !== undefined) return say('tls', why);
    const ageMs = endedAt - since;
    if (ageMs > terms.overdueMs) return say('tls', `not renewed for ${Math.round(ageMs / 1000)} s`);
    return say('ok', `valid for ${Math.round((leaf.notAfter - endedAt) / 1000)} s more`);
  });
}
