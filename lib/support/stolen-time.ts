import { readFileSync } from 'node:fs';

const EVERY_MS = 1000;
/** Readings that are closer than this are too coarse: the kernel counts in ticks of 10 ms. */
const LEAST_MS = 200;
/** More than this share in a second, and processes that are measured by the millisecond are late by hundreds of them. */
export const MUCH_STOLEN = 0.25;
/** Readings that are kept: an hour. */
const KEPT = 3600;

/** What the host of this virtual machine gives to others of its processors. */
export interface StolenTime extends Disposable {
  /** What was seen until now, in words, where it was much; undefined where it was not, or can't be known. */
  words(): string | undefined;
  /** Takes one more reading, beside those of every second. */
  look(): void;
  /** The worst share, 0..1, of any stretch that was read and overlaps this time, both milliseconds of `now`. */
  worstBetween(from: number, to: number): number;
}

interface Stretch {
  from: number;
  to: number;
  share: number;
}

/**
 * Looks at the machine's stolen time until disposed. `read` gives `/proc/stat` (proc(5)), and throws where there is none;
 * `now` is the clock that its times are of.
 */
export function watchStolenTime(
  read = () => readFileSync('/proc/stat', 'utf8'),
  now: () => number = Date.now,
): StolenTime {
  const stretches: Stretch[] = [];
  let before = { at: now(), text: safely(read) };
  const look = () => {
    const after = { at: now(), text: safely(read) };
    const share =
      before.text !== undefined && after.text !== undefined
        ? stolenShare(before.text, after.text)
        : undefined;
    if (share !== undefined) stretches.push({ from: before.at, to: after.at, share });
    if (stretches.length > KEPT) stretches.shift();
    before = after;
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return {
    look,
    words: () => stolenWords(stretches.map(({ share }) => share)),
    worstBetween(from, to) {
      if (now() - before.at >= LEAST_MS && to > before.at) look();
      const shares = stretches.flatMap((one) => (one.to > from && one.from < to ? one.share : []));
      return Math.max(0, ...shares);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The share of all processor time between two readings of `/proc/stat` that was stolen; undefined when none passed. */
export function stolenShare(before: string, after: string): number | undefined {
  const [from, to] = [before, after].map((text) => {
    // user nice system idle iowait irq softirq steal; guest times are in user and nice already.
    const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').slice(0, 8).map(Number) ?? [];
    return { total: fields.reduce((sum, ticks) => sum + ticks, 0), stolen: fields[7] ?? 0 };
  });
  if (!from || !to || to.total <= from.total) return undefined;
  return (to.stolen - from.stolen) / (to.total - from.total);
}

function stolenWords(shares: readonly number[]): string | undefined {
  const much = shares.filter((share) => share > MUCH_STOLEN).length;
  if (much === 0) return undefined;
  const worst = Math.round(100 * Math.max(...shares));
  return `the host of this machine gave up to ${worst} % of its processors to others, and more than a quarter in ${much} of ${shares.length} s: what was late or undecided may be its doing`;
}

function safely(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
