import { styleText } from 'node:util';
import type { Level } from './check.ts';
import type { Finding } from './run.ts';

const marks: Record<Level, { mark: string; style: 'green' | 'yellow' | 'red' }> = {
  ok: { mark: '✓', style: 'green' },
  warn: { mark: '!', style: 'yellow' },
  missing: { mark: '✗', style: 'red' },
};

/** The findings as a table for a person; the remedy stands below what it puts right. */
export function renderFindings(findings: readonly Finding[], options: { colour: boolean }): string {
  const paint = (style: 'green' | 'yellow' | 'red' | 'dim', text: string) =>
    options.colour ? styleText(style, text, { validateStream: false }) : text;
  const width = Math.max(0, ...findings.map(({ title }) => title.length));
  const lines = findings.flatMap(({ level, title, found, remedy, fixed }) => {
    const { mark, style } = marks[level];
    const first = `${paint(style, mark)} ${title.padEnd(width)}  ${found}${fixed === true ? ' (put right)' : ''}`;
    return remedy === undefined ? [first] : [first, paint('dim', `  ${' '.repeat(width)}  → ${remedy}`)];
  });
  return `${[...lines, '', summary(findings)].join('\n')}\n`;
}

function summary(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const missing = count('missing');
  const warnings = count('warn') === 0 ? '' : `, ${count('warn')} remarks`;
  if (missing === 0) return `ready${warnings}`;
  return `not ready: ${missing} missing${warnings}`;
}

/** The findings for a program: `ready` is false when anything is missing. */
export function findingsJson(findings: readonly Finding[]): string {
  const ready = findings.every(({ level }) => level !== 'missing');
  return `${JSON.stringify({ ready, findings }, null, 2)}\n`;
}
