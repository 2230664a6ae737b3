import type { Finding, Invariant, Waiver } from '../model/invariants.ts';

/** Findings sorted by what the waivers make of them. */
export interface Waived {
  /** What stands: findings without a waiver, or with one that has expired (then it says so). */
  standing: string[];
  /** What passes, with the reason. */
  excused: string[];
  /** Waivers of this invariant that excused nothing. */
  unused: string[];
}

/** Applies the waivers of one invariant. `now` in milliseconds since the epoch; a waiver holds to the end of its day. */
export function applyWaivers(
  invariant: Invariant,
  findings: readonly Finding[],
  waivers: readonly Waiver[],
  now: number,
): Waived {
  const mine = waivers.filter((waiver) => waiver.invariant === invariant);
  const result: Waived = { standing: [], excused: [], unused: [] };
  const used = new Set<Waiver>();
  for (const { words } of findings) {
    const fitting = mine.filter(({ match }) => words.includes(match));
    for (const waiver of fitting) used.add(waiver);
    const valid = fitting.find((waiver) => now <= endOf(waiver));
    if (valid) {
      result.excused.push(`${words} (waived until ${valid.expires}: ${reasonOf(valid)})`);
      continue;
    }
    const [expired] = fitting;
    const note = expired ? ` (its waiver expired on ${expired.expires}: ${reasonOf(expired)})` : '';
    result.standing.push(`${words}${note}`);
  }
  result.unused = mine
    .filter((waiver) => !used.has(waiver))
    .map(
      (waiver) =>
        `the waiver for "${waiver.match}" (${reasonOf(waiver)}, until ${waiver.expires}) excused nothing`,
    );
  return result;
}

function endOf({ expires }: Waiver): number {
  return Date.parse(`${expires}T23:59:59.999Z`);
}

function reasonOf({ reason, owner }: Waiver): string {
  return owner === undefined ? reason : `${reason}, ${owner}`;
}
