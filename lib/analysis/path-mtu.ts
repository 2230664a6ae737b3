import type { Observation } from '../model/observation.ts';
import { isLossy, lostOf } from './losses.ts';
import { failuresAllowed } from './sample-size.ts';

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
 * One packet of a size may be lost by chance (see losses.ts), and over all sizes as many as `errorRatio` explains; `paths`
 * share one false alarm in a thousand runs (Bonferroni).
 */
export function judgePath(
  rows: readonly PacketRow[],
  { errorRatio, paths }: { errorRatio: number; paths: number },
): PathState {
  const sorted = rows.toSorted((a, b) => a.bytes - b.bytes);
  const lossy = sorted.filter(isLossy);
  const sent = sorted.reduce((sum, { observations }) => sum + observations.length, 0);
  const lost = sorted.reduce((sum, row) => sum + lostOf(row), 0);
  const most = failuresAllowed({ calls: sent, ratio: errorRatio, falseAlarm: 0.001 / paths });
  if (lossy.length === 0 && lost <= most && sent > 0) {
    const largest = sorted.at(-1)?.bytes ?? 0;
    return { state: 'healthy', words: `${sent - lost} of ${sent} packets came back, up to ${largest} bytes` };
  }
  const gone = sorted.filter((row) => lostOf(row) === row.observations.length);
  const way = wayLost(gone.length > 0 ? gone : sorted);
  if (gone.length === sorted.length)
    return { state: 'no-connectivity', words: `no packet of any size came back${way}` };
  const [first] = gone;
  const smaller = first ? sorted.filter(({ bytes }) => bytes < first.bytes) : [];
  // From one size on all vanish, and every smaller one passes.
  if (first && smaller.length + gone.length === sorted.length && gone.length === lossy.length) {
    const words = `packets with up to ${smaller.at(-1)?.bytes} bytes of payload pass, with ${first.bytes} and more they vanish without a report: an MTU black hole${way}`;
    return { state: 'black-hole', words };
  }
  const sizes = (lossy.length > 0 ? lossy : sorted.filter((row) => lostOf(row) > 0)).map(
    (row) => `${lostOf(row)} of ${row.observations.length} with ${row.bytes} bytes`,
  );
  const all = lossy.length === sorted.length ? ' of all sizes' : '';
  const words = `${lost} of ${sent} packets${all} were lost, where ${most} may be: ${sizes.join(', ')}${way}`;
  return { state: 'loss', words };
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
