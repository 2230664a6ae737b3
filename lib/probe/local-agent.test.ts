import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { waitFor } from '../support/kube.ts';

test('a local agent ends with the process that started it, also after SIGKILL', async () => {
  const module = fileURLToPath(new URL('local-agent.ts', import.meta.url));
  const script = `const { startLocalAgent } = await import(${JSON.stringify(module)});
    process.stdout.write(String((await startLocalAgent()).pid));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (text) => resolve(Number(text))),
  );
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await waitFor('the agent ends', async () => !isAlive(pid), { timeoutMs: 3000, everyMs: 50 });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
