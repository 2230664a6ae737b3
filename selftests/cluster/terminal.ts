import { spawn } from 'node:child_process';
import { projectRoot } from '../../lib/support/paths.ts';
import { execPath } from 'node:process';
import { PROGRAM, programEnvironment } from './lab.ts';

/** What a person at a terminal waits to read, and types then. */
export type Turn = readonly [reads: string | RegExp, types: string];

/** Runs the program at a terminal of its own (util-linux' `script`), as somebody would who reads before they type. */
export function atTerminal(
  args: readonly string[],
  turns: readonly Turn[],
): Promise<{ exitCode: number | null; screen: string; left: readonly Turn[] }> {
  const command = [execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: projectRoot,
    env: { ...process.env, ...programEnvironment() },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const left = [...turns];
  let screen = '';
  let read = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const [reads, types] = left[0] ?? [];
    if (reads === undefined || types === undefined || screen.slice(read).search(reads) < 0) return;
    left.shift();
    read = screen.length;
    child.stdin.write(types);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, screen, left }));
  });
}
