import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * A `docker` first on the path, for tests. To a command that begins with one of these words it answers with that line, and
 * succeeds; everything else it is told is written down, and succeeds in silence, but for what begins with one of `fails`.
 * `info` gives a folder of the test's own.
 */
export function dockerThatSays(
  answers: Record<string, string>,
  info: { outputPath(name: string): string },
  fails: readonly string[] = [],
) {
  const dir = info.outputPath('');
  const calls = join(dir, 'calls');
  const cases = Object.entries(answers).map(([words, line]) => `  '${words}'*) echo '${line}';;`);
  cases.push(...fails.map((words) => `  '${words}'*) exit 1;;`));
  const script = ['#!/bin/sh', 'case "$*" in', ...cases, `  *) echo "$@" >> '${calls}';;`, 'esac', ''];
  writeFileSync(join(dir, 'docker'), script.join('\n'));
  chmodSync(join(dir, 'docker'), 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = `${dir}${delimiter}${path}`;
  return {
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    [Symbol.dispose]: () => void (process.env['PATH'] = path),
  };
}
