import { readFileSync } from 'node:fs';

const EVERY_MS = 1000;
/** More than this share in a second, and processes that are measured by the millisecond are late by hundreds of them. */
const MUCH = 0.25;

/** What the host of this virtual machine gives to others of its processors. */
export interface StolenTime extends Disposable {
  /** What was seen until now, in words, where it was much; undefined where it was not, or can't be known. */
  words(): string | undefined;
  /** Takes one more reading, beside those of every second. */
  look(): void;
}

/** Looks at the machine's stolen time until disposed. `read` gives `/proc/stat` (proc(5)), and throws where there is none. */
export function watchStolenTime(read = () => readFileSync('/proc/stat', 'utf8')): StolenTime {
  const shares: number[] = [];
  let before = safely(read);
  const look = () => {
    const now = safely(read);
    const share = before !== undefined && now !== undefined ? stolenShare(before, now) : undefined;
    if (share !== undefined) shares.push(share);
    before = now;
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return {
    look,
    words: () => stolenWords(shares),
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
  const much = shares.filter((share) => share > MUCH).length;
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
