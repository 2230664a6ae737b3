import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, test } from '@playwright/test';
import { appendLine } from '../support/json-lines.ts';
import type { GuestEntry } from './guest-making.ts';
import { wasPrepared } from './guest-prepared.ts';

const asked = { run: 'run-1', signal: new AbortController().signal, everyMs: 10 };

/** A journal in which another process, which lives until it is killed, has begun a guest. */
function begunByAnother(folder: string, run = 'run-1') {
  const maker = spawn(execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const journal = join(folder, 'journal.jsonl');
  const note = (step: GuestEntry['step']) =>
    appendLine(journal, { step, run, pid: maker.pid, at: new Date().toISOString() });
  note('intent');
  return { journal, note, [Symbol.dispose]: () => void maker.kill('SIGKILL') };
}

test('a guest that is being made is waited for', async ({}, testInfo) => {
  using begun = begunByAnother(testInfo.outputPath());
  let answer: boolean | undefined;
  const waiting = wasPrepared(begun.journal, asked).then((ready) => (answer = ready));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(answer).toBeUndefined();
  begun.note('ready');
  expect(await waiting).toBe(true);
});

test('a guest whose making failed is made by whoever takes it', async ({}, testInfo) => {
  using begun = begunByAnother(testInfo.outputPath());
  begun.note('failed');
  expect(await wasPrepared(begun.journal, asked)).toBe(false);
});

test('a guest whose maker is no more is not waited for', async ({}, testInfo) => {
  const begun = begunByAnother(testInfo.outputPath());
  begun[Symbol.dispose]();
  expect(await wasPrepared(begun.journal, asked)).toBe(false);
});

test('no journal, or that of another run, means no guest', async ({}, testInfo) => {
  expect(await wasPrepared(join(testInfo.outputPath(), 'none.jsonl'), asked)).toBe(false);
  using begun = begunByAnother(testInfo.outputPath(), 'run-0');
  begun.note('ready');
  expect(await wasPrepared(begun.journal, asked)).toBe(false);
});
