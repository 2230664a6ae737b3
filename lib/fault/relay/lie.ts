import packet from 'dns-packet';
import type { Lie } from '../../model/fault.ts';

/** The last four bits of a header's flags (RFC 1035, 4.1.1). */
const RCODES = { servfail: 2, nxdomain: 3, loopback: 0 } as const;
/** Seconds: what was told stays no longer than it must. */
const TTL = 1;

/** What is said of which name. */
export interface Told {
  name: string;
  answer: Lie;
}

/**
 * The wrong answer to a question of one DNS message (RFC 1035), where it is for the name or one below it; undefined where it
 * is for another name, or is no question. Letters of either case are the same.
 */
export function wrongAnswer(message: Buffer, { name, answer }: Told): Buffer | undefined {
  const asked = questionOf(message);
  const about = asked?.name.toLowerCase();
  if (!asked || about === undefined || !(about === name || about.endsWith(`.${name}`))) return undefined;
  return packet.encode({
    type: 'response',
    id: asked.id,
    flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | RCODES[answer],
    questions: [{ type: asked.type, name: asked.name }],
    answers:
      answer === 'loopback' && asked.type === 'A'
        ? [{ type: 'A', name: asked.name, ttl: TTL, data: '127.0.0.1' }]
        : [],
  });
}

function questionOf(message: Buffer) {
  try {
    const { id = 0, questions = [] } = packet.decode(message);
    const [first] = questions;
    return first ? { id, ...first } : undefined;
  } catch {
    return undefined;
  }
}
