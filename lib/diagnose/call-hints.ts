import { type Call, callsOf } from '../analysis/calls.ts';
import type { Recording } from '../model/call-plan.ts';

/** What failed calls say about themselves, in the words of the proxy or the resolver. */
const SIGNS: { shows: (call: Call) => boolean; means: string }[] = [
  {
    shows: ({ observation }) => (observation.detail ?? '').includes('no healthy upstream'),
    means:
      "the caller's proxy held every endpoint for ill (no healthy upstream): outlier detection may eject all of them (maxEjectionPercent 100)",
  },
  {
    shows: ({ observation }) => observation.outcome.startsWith('dns-'),
    means: "the caller's resolver did not answer: the service was never asked",
  },
];

/** Fewer are what any lost endpoint costs. */
const WORTH_SAYING = 10;

/**
 * Likely causes that the failed calls of a recording name themselves, the commonest first, each with the number of calls and
 * when they were sent, in seconds after `t0` (milliseconds since the epoch). What the mesh looks like when the test is over
 * no longer shows them: an ejection is gone by then.
 */
export function callHints(recording: Recording, t0: number): string[] {
  const failed = callsOf([recording]).filter(({ ok, at }) => !ok && at >= t0);
  return SIGNS.map(({ shows, means }) => ({ means, calls: failed.filter(shows) }))
    .filter(({ calls }) => calls.length >= WORTH_SAYING)
    .sort((a, b) => b.calls.length - a.calls.length)
    .map(({ means, calls }) => `${calls.length} calls, ${span(calls, t0)}: ${means}`);
}

function span(calls: readonly Call[], t0: number): string {
  const [first, last] = [calls[0], calls.at(-1)].map((call) => (((call?.at ?? t0) - t0) / 1000).toFixed(1));
  return `${first} to ${last} s after the fault`;
}
