import type { ExceptionTerms, Finding, Invariant, Waiver, WaiverTerms } from '../model/invariants.ts';

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
    const { valid, expired, fitting } = waiversOf(words, mine, now);
    for (const waiver of fitting) used.add(waiver);
    const said = `${words}${waiverNote({ valid, expired })}`;
    if (valid) result.excused.push(said);
    else result.standing.push(said);
  }
  result.unused = mine
    .filter((waiver) => !used.has(waiver))
    .map(
      (waiver) =>
        `the waiver for "${waiver.match}" (${reasonOf(waiver)}, until ${waiver.expires}) excused nothing`,
    );
  return result;
}

/**
 * The waivers that fit a finding: the first that holds, else the first that has expired. `now` in milliseconds since the epoch; a
 * waiver holds to the end of its day.
 */
export function waiversOf<T extends WaiverTerms>(
  words: string,
  waivers: readonly T[],
  now: number,
): { valid: T | undefined; expired: T | undefined; fitting: T[] } {
  const fitting = waivers.filter(({ match }) => words.includes(match));
  const valid = fitting.find((waiver) => isInForce(waiver, now));
  return { valid, expired: valid ? undefined : fitting[0], fitting };
}

/** Whether an exception holds still: to the end of its last day. `now` in milliseconds since the epoch. */
export function isInForce({ expires }: ExceptionTerms, now: number): boolean {
  return now <= Date.parse(`${expires}T23:59:59.999Z`);
}

/** What a finding says of its waiver; empty without one. */
export function waiverNote(found: {
  valid: WaiverTerms | undefined;
  expired: WaiverTerms | undefined;
}): string {
  const { valid, expired } = found;
  if (valid) return ` (waived until ${valid.expires}: ${reasonOf(valid)})`;
  return expired ? ` (its waiver expired on ${expired.expires}: ${reasonOf(expired)})` : '';
}

/** Why something is let pass, and who answers for it. */
export function reasonOf({ reason, owner }: ExceptionTerms): string {
  return owner === undefined ? reason : `${reason}, ${owner}`;
}
