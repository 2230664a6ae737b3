import exec from 'k6/execution';

/** Milliseconds since the test began, with fractions: k6 has no performance.now(), and Date.now() has whole ones only. */
export function now(): number {
  return exec.instance.currentTestRunDuration;
}
