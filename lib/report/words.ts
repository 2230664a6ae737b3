import { percent } from '../model/percent.ts';
import type { RunVerdict, Verdict } from '../model/verdict.ts';

/** What a verdict is called, and what it means, wherever a person reads it. */
export const VERDICT_WORDS: Record<Verdict, { mark: string; meaning: string }> = {
  passed: { mark: '✅', meaning: 'the mesh kept its promise' },
  failed: { mark: '❌', meaning: 'the mesh broke a promise' },
  inconclusive: { mark: '❔', meaning: 'the evidence carries no verdict' },
  broken: { mark: '💥', meaning: 'the environment or Meshproof failed' },
  'not-applicable': { mark: '➖', meaning: 'a capability is missing' },
};

/** Beside the verdict of a test that does not decide, and of a run that leaves one out. */
export const QUARANTINE_MARK = '🚧';
/** Of a test whose verdicts differ over runs with the same inputs. */
export const FLAKY_MARK = '🎲';

/** The verdict of a run in a line, with what it does not answer for. */
export function verdictWords({
  verdict,
  quarantined = [],
}: Pick<RunVerdict, 'verdict' | 'quarantined'>): string {
  const { length } = quarantined;
  if (length === 0) return verdict;
  return `${verdict}, not answering for ${length} ${length === 1 ? 'test' : 'tests'} in quarantine`;
}

/** The order in which a reader needs them: what broke first, passes last. */
export const READING_ORDER: readonly Verdict[] = [
  'failed',
  'broken',
  'inconclusive',
  'not-applicable',
  'passed',
];

const UNITS: Record<string, (value: number) => string> = {
  PerSecond: (value) => `${rounded(value)}/s`,
  Seconds: (value) => `${rounded(value)} s`,
  Percent: (value) => `${rounded(value)} %`,
  Bytes: (value) => `${rounded(value)} B`,
  MiB: (value) => `${rounded(value)} MiB`,
  // Three decimals: 99.995 % is not 100 %.
  Ratio: (value) => percent(value, 3),
  Ms: (value) => (Math.abs(value) >= 1000 ? `${rounded(value / 1000)} s` : `${rounded(value)} ms`),
};

/**
 * A figure's name in words and its value with the unit that its first word ends in: `p99Ms east to west` 3.2 →
 * "p99 east to west", "3.2 ms".
 */
export function figureWords(name: string, value: number): { label: string; text: string } {
  // Error-seconds are a unit of their own: the sum of the error ratios of all seconds.
  if (name === 'errorSeconds') return { label: 'error-seconds', text: rounded(value) };
  if (name === 'availability') return { label: name, text: percent(value, 3) };
  const [, stem = name, unit = '', rest = ''] = UNIT.exec(name) ?? [];
  const words = stem.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  const label = `${words}${unit === 'Ratio' ? ' ratio' : ''}${rest}`;
  return { label, text: UNITS[unit]?.(value) ?? rounded(value) };
}

const UNIT = new RegExp(`^(\\w+?)(${Object.keys(UNITS).join('|')})( .*)?$`);

/** Seconds for a person: `4.2 s`, `3 min 05 s`. */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Three significant digits below 100, whole numbers above. */
function rounded(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
