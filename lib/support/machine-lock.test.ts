import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { withMachineLock } from './machine-lock.ts';

test.describe('the lock', () => {
  test('lets one at a time in, and the next after an error', async ({}, info) => {
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} in`);
      await sleep(150);
      steps.push(`${name} out`);
      if (name === 'a') throw new Error('a fails');
    };
    const first = withMachineLock(info.testId, work('a'));
    await sleep(20);
    await Promise.allSettled([first, withMachineLock(info.testId, work('b'))]);
    expect(steps).toEqual(['a in', 'a out', 'b in', 'b out']);
  });

  test('gives up with an error, and is free when its holder was killed', async ({}, info) => {
    const module = JSON.stringify(join(import.meta.dirname, 'machine-lock.ts'));
    const program = `import(${module}).then((m) => m.withMachineLock('${info.testId}', () => { console.log('held'); return new Promise((done) => setTimeout(done, 60000)); }))`;
    const holder = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((held) => holder.stdout.once('data', held));
      await expect(withMachineLock(info.testId, async () => 1, 200)).rejects.toThrow(
        'another process works on',
      );
    } finally {
      holder.kill('SIGKILL');
    }
    expect(await withMachineLock(info.testId, async () => 'free', 5_000)).toBe('free');
  });
});
