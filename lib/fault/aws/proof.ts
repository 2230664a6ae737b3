import type { AwsChange, AwsHarm, AwsObject } from '../../model/aws-fault.ts';

/** The state of an object, one line for each entry, rule, route or association. */
export type Lines = readonly string[];

/** The state of each object that a fault changes. */
export type States = ReadonlyMap<string, Lines>;

/** Tells objects of all accounts and regions apart. */
export function keyOf({ kind, id, place }: AwsObject): string {
  return `${kind} ${id} in ${place.region} (${place.account.name})`;
}

/** The objects of changes, each once. */
export function objectsOf(changes: readonly AwsChange[]): AwsObject[] {
  return [...new Map(changes.map(({ object }) => [keyOf(object), object])).values()];
}

/** True while a change holds, wholly or in part: it is to be taken back. Pure. */
export function holds(change: AwsChange, lines: Lines): boolean {
  return (
    change.adds.some((line) => lines.includes(line)) || change.removes.some((line) => !lines.includes(line))
  );
}

/** What keeps a fault from being in force, in words; empty when every change of it holds wholly. Pure. */
export function missingEffect(changes: readonly AwsChange[], states: States): string[] {
  return changes.flatMap((change) => {
    const lines = states.get(keyOf(change.object)) ?? [];
    return [
      ...change.adds
        .filter((line) => !lines.includes(line))
        .map((line) => `${keyOf(change.object)}: not there: ${line}`),
      ...change.removes
        .filter((line) => lines.includes(line))
        .map((line) => `${keyOf(change.object)}: still there: ${line}`),
    ];
  });
}

/**
 * How objects differ from what they were before a fault, in words. `wrong`: what it added is still there, or what was there
 * before is not. `foreign`: what others have added meanwhile, which is theirs and stays. Pure.
 */
export function differences(
  { changes, before }: Pick<AwsHarm, 'changes' | 'before'>,
  states: States,
): { wrong: string[]; foreign: string[] } {
  const wrong: string[] = [];
  const foreign: string[] = [];
  for (const { object, lines } of before) {
    const key = keyOf(object);
    const now = states.get(key) ?? [];
    const ours = changes.filter((one) => keyOf(one.object) === key).flatMap(({ adds }) => adds);
    for (const line of now) {
      if (ours.includes(line)) wrong.push(`${key}: left: ${line}`);
      else if (!lines.includes(line)) foreign.push(`${key}: added by somebody else meanwhile: ${line}`);
    }
    wrong.push(...lines.filter((line) => !now.includes(line)).map((line) => `${key}: gone: ${line}`));
  }
  return { wrong, foreign };
}
