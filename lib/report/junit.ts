import { decides, quarantineNote } from '../analysis/quarantine.ts';
import type { RunVerdict, TestVerdict, Verdict } from '../model/verdict.ts';

/**
 * JUnit XML of a run: a suite for each capability. `failed` is a failure, `broken` and `inconclusive` are errors
 * (JUnit has no word for "not shown", and neither may count as a pass), `not-applicable` is skipped.
 */
export function junitXml(run: RunVerdict): string {
  const suites = Map.groupBy(run.tests, ({ capability }) => capability);
  const body = [...suites].map(([name, tests]) => suiteXml(name, tests, run)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({
    name: `meshproof ${run.environment}`,
    ...totals(run.tests),
  })}>\n${body}</testsuites>\n`;
}

function suiteXml(name: string, tests: readonly TestVerdict[], run: RunVerdict): string {
  const properties = propertiesXml({ run: run.run, environment: run.environment, ...run.versions }, '    ');
  const open = `  <testsuite${attributes({ name, timestamp: run.startedAt, ...totals(tests) })}>\n`;
  return `${open}${properties}${tests.map(testXml).join('')}  </testsuite>\n`;
}

function testXml(test: TestVerdict): string {
  const [place = test.capability] = test.id.split(': ');
  const classname = place.replaceAll('/', '.');
  const open = `    <testcase${attributes({ classname, name: test.title, time: secondsOf(test) })}>\n`;
  return `${open}${propertiesXml(test.figures, '      ')}${outcomeXml(test)}    </testcase>\n`;
}

function outcomeXml(test: TestVerdict): string {
  const note = quarantineNote(test);
  // Whoever decides by this file must not decide by what does not decide here; the message says what it was.
  if (isSilent(test))
    return `      <skipped${attributes({ message: `${test.verdict}, ${note}: ${test.reason}` })}/>\n`;
  const reason = note === undefined ? test.reason : `${test.reason}\n${note}`;
  const message = test.reason.split('\n')[0] ?? '';
  const element = (name: string, type: Verdict) =>
    `      <${name}${attributes({ message, type })}>${escapeXml(reason)}</${name}>\n`;
  switch (test.verdict) {
    case 'passed':
      return '';
    case 'failed':
      return element('failure', 'failed');
    case 'broken':
    case 'inconclusive':
      return element('error', test.verdict);
    case 'not-applicable':
      return `      <skipped${attributes({ message: test.reason })}/>\n`;
  }
}

function propertiesXml(values: Record<string, string | number>, indent: string): string {
  const lines = Object.entries(values).map(
    ([name, value]) => `${indent}  <property${attributes({ name, value })}/>\n`,
  );
  return lines.length === 0 ? '' : `${indent}<properties>\n${lines.join('')}${indent}</properties>\n`;
}

/** Did not pass, and does not decide. */
function isSilent(test: TestVerdict): boolean {
  return test.verdict !== 'passed' && !decides(test);
}

function totals(tests: readonly TestVerdict[]) {
  const silent = tests.filter(isSilent).length;
  const deciding = tests.filter((test) => !isSilent(test));
  const count = (...verdicts: Verdict[]) =>
    deciding.filter(({ verdict }) => verdicts.includes(verdict)).length;
  return {
    tests: tests.length,
    failures: count('failed'),
    errors: count('broken', 'inconclusive'),
    skipped: count('not-applicable') + silent,
    time: tests.reduce((sum, test) => sum + secondsOf(test), 0).toFixed(3),
  };
}

function secondsOf(test: TestVerdict): number {
  return Math.round(test.durationMs) / 1000;
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

/** Text for XML 1.0: what the standard forbids (most control characters, lone surrogates) becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
