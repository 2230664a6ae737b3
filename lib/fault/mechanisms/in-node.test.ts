import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { inTime } from './in-node.ts';

test('what breaks something is done in time, with all its words, and not at all past the deadline', () => {
  const run = (deadline: number) => {
    const [program = '', ...args] = inTime({ deadline }, ['printf', '%s|', 'two words', '$HOME']);
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });
  };
  expect(run(Date.now() + 60_000)).toBe('two words|$HOME|');
  expect(() => run(Date.now() - 1000)).toThrow(/the deadline is over/);
  // A second is left to the dead-man, whose clock knows whole ones.
  expect(() => run(Date.now() + 900)).toThrow(/the deadline is over/);
});
