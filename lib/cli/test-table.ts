import type { PlannedTest } from '../model/run.ts';
import { CAPABILITIES } from '../run/capabilities.ts';
import type { Durations } from '../run/durations.ts';
import { columns } from './columns.ts';

/** Tests as a table: capability, duration when it last ran, phase, profile, needs, and what it promises. */
export function renderList(tests: readonly PlannedTest[], durations: Durations): string {
  const rows = inReadingOrder(tests).map((test) => [
    test.capability,
    seconds(durations[test.id]),
    test.phase,
    test.profile,
    test.needs.join(' ') || '-',
    test.id,
  ]);
  const known = tests.flatMap(({ id }) => durations[id] ?? []);
  const sum = known.reduce((total, each) => total + each, 0);
  return [
    ...columns([['capability', 'duration', 'phase', 'profile', 'needs', 'test'], ...rows]),
    '',
    `${tests.length} tests; ${sum.toFixed(0)} s one after another, as last measured (${known.length} of them)`,
  ].join('\n');
}

/** The same as JSON: each test with `seconds`, the time that it took last, where one is known. */
export function listJson(tests: readonly PlannedTest[], durations: Durations): string {
  return JSON.stringify(
    tests.map((test) => ({ ...test, seconds: durations[test.id] })),
    null,
    2,
  );
}

function inReadingOrder(tests: readonly PlannedTest[]): PlannedTest[] {
  const rank = ({ capability }: PlannedTest) => CAPABILITIES.findIndex((name) => name === capability);
  return tests.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

function seconds(value: number | undefined): string {
  return value === undefined ? 'unknown' : `${value.toFixed(1)} s`;
}
