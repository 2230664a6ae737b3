import type { Plane } from '../model/fault.ts';
import type { Knock } from '../model/fault-plan.ts';
import type { LabNode } from '../model/lab.ts';
import { PLANE_PORTS } from './rulesets.ts';

/** Discard (RFC 863): nobody listens, and the node answers with a refusal at most. */
const NOBODY = 9;
type End = Pick<LabNode, 'container' | 'address'>;

/** Tries to connect from one node to another, in a plane or at all. Its first packet is all that counts, so it ends soon whatever becomes of it. */
export function connectBetween(from: End, to: End, plane?: Plane): Knock {
  const port = plane === undefined ? NOBODY : (PLANE_PORTS[plane][0] ?? NOBODY);
  return { container: from.container, command: connect(to.address, port) };
}

/** A connection of a node to one of its own addresses: passes the hooks of what arrives and of what leaves. */
export function connectWithin(node: End, port: number): Knock {
  return { container: node.container, command: connect(node.address, port) };
}

/** Sends a line that is no TLS to a gateway, and prints after how many milliseconds it ends the connection. */
export function nonsense(from: End, to: End, port: number): Knock {
  const now = 'date +%s%3N';
  const command = `s=$(${now}); exec 3<>/dev/tcp/${to.address}/${port} && echo nonsense >&3 && cat <&3 >/dev/null; echo $(($(${now}) - s))`;
  return { container: from.container, command };
}

/**
 * Asks a resolver for the A record of a name, over UDP, and prints after how many milliseconds it answered, and the answer in
 * hexadecimal. A datagram of 512 bytes at most (RFC 1035, 2.3.4) is one read, and has to be one write: a shell's own is cut
 * at newlines, which is what the length of a label of ten letters is.
 */
export function question(from: End, resolver: string, name: string): Knock {
  const labels = name.split('.').map((label) => `\\x${label.length.toString(16).padStart(2, '0')}${label}`);
  const message = `\\x4d\\x50\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00${labels.join('')}\\x00\\x00\\x01\\x00\\x01`;
  const now = 'date +%s%3N';
  const read = 'dd bs=512 count=1 2>/dev/null <&3 | od -An -v -tx1 | tr -d " \\n"';
  const command = `s=$(${now}); exec 3<>/dev/udp/${resolver}/53 && printf '${message}' | dd bs=512 iflag=fullblock 2>/dev/null >&3 && a=$(${read}) && echo "$(($(${now}) - s)) $a"`;
  return { container: from.container, command };
}

/**
 * So many datagrams of a size, from one node to another, as fast as a shell can. Twice as many are written: after each that
 * is refused by the far end, the kernel reports that in place of sending the next.
 */
export function datagrams(
  from: End,
  to: End,
  options: { count: number; bytes?: number; port?: number },
): Knock {
  const { count, bytes = 64, port = NOBODY } = options;
  const open = `exec 3>/dev/udp/${to.address}/${port}; text=$(head -c ${bytes} /dev/zero | tr '\\0' x)`;
  const send = `for ((i = 0; i < ${2 * count}; i++)); do printf %s "$text" >&3; done`;
  return { container: from.container, command: `{ ${open}; ${send}; } 2>/dev/null; true` };
}

/** Enough packets that one of them is dropped in 999 of 1,000 cases, where this share is. */
export function enoughFor(percent: number): number {
  if (percent >= 100) return 1;
  return Math.ceil(Math.log(0.001) / Math.log1p(-percent / 100));
}

function connect(address: string, port: number): string {
  return `timeout 0.3 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null; true`;
}
