import type { Observation } from '../model/observation.ts';

/** What became of packets of one size on a path, there and back. */
export interface PacketRow {
  /** Bytes of payload. */
  bytes: number;
  observations: readonly Observation[];
}

export interface PathState {
  state: 'healthy' | 'black-hole' | 'no-connectivity' | 'loss';
  /** In words, without the path's name. */
  words: string;
}

/**
 * Tells a path that swallows large packets from one that carries none and from one that loses some of any size. Packets that
 * may not be fragmented and are too large for a link must be reported to their sender (RFC 1191), who then sends smaller
 * ones; where that report is lost as well, connections are made and then hang: an MTU black hole (RFC 2923 §2.1).
 * A size gets through when at least half of its packets came back.
 */
export function judgePath(rows: readonly PacketRow[]): PathState {
  const sorted = rows.toSorted((a, b) => a.bytes - b.bytes);
  const through = sorted.filter((row) => ok(row) * 2 >= row.observations.length);
  const lost = sorted.filter((row) => !through.includes(row));
  const [first] = lost;
  const sent = sorted.reduce((sum, { observations }) => sum + observations.length, 0);
  const back = sorted.reduce((sum, row) => sum + ok(row), 0);
  if (!first)
    return {
      state: 'healthy',
      words: `${back} of ${sent} packets came back, up to ${sorted.at(-1)?.bytes} bytes`,
    };
  const way = wayLost(lost);
  if (through.length === 0) {
    return back === 0
      ? { state: 'no-connectivity', words: `no packet of any size came back${way}` }
      : { state: 'loss', words: `${sent - back} of ${sent} packets of all sizes were lost${way}` };
  }
  const largest = through.at(-1)?.bytes ?? 0;
  if (largest < first.bytes && lost.every((row) => ok(row) === 0)) {
    const words = `packets with up to ${largest} bytes of payload pass, with ${first.bytes} and more they vanish without a report: an MTU black hole${way}`;
    return { state: 'black-hole', words };
  }
  return { state: 'loss', words: `${sent - back} of ${sent} packets were lost, not by size${way}` };
}

function ok({ observations }: PacketRow): number {
  return observations.filter(({ outcome }) => outcome === 'ok').length;
}

/** The direction in which packets were lost, where the far side could still tell that they arrived. */
function wayLost(lost: readonly PacketRow[]): string {
  const failed = lost.flatMap(({ observations }) => observations.filter(({ outcome }) => outcome !== 'ok'));
  const arrived = failed.filter(({ answeredBy }) => answeredBy !== undefined).length;
  if (arrived === 0) return '';
  return arrived === failed.length
    ? ' (they arrive; it is their echoes that are lost)'
    : ' (in both directions)';
}
