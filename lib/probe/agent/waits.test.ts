import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { readWaits, waitsBetween } from './waits.ts';

let root: string;
test.beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meshproof-proc-'));
});
test.afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A thread that has waited so many milliseconds. */
function thread(pid: number, tid: number, waitedMs: number, comm = 'envoy', name = 'wrk:worker_0'): void {
  mkdirSync(join(root, `${pid}/task/${tid}`), { recursive: true });
  writeFileSync(join(root, `${pid}/task/${tid}/comm`), `${name}\n`);
  writeFileSync(join(root, `${pid}/comm`), `${comm}\n`);
  writeFileSync(join(root, `${pid}/task/${tid}/schedstat`), `5000000 ${waitedMs * 1e6} 7\n`);
}
const between = (change: () => void) => {
  const before = readWaits({ root }, 0);
  change();
  return waitsBetween(before, readWaits({ root }, 500), { root, self: 1 });
};

test('the thread of a program counts that waited longest, and the agent has its own name', () => {
  thread(1, 1, 1000, 'node');
  thread(20, 20, 5);
  thread(20, 21, 700);
  expect(
    between(() => {
      thread(1, 1, 1150, 'node');
      thread(20, 20, 305);
      thread(20, 21, 900);
    }),
  ).toEqual({ agent: 150, envoy: 300 });
});

test('what waited before, or for a moment only, is not said', () => {
  thread(20, 20, 9000);
  expect(between(() => thread(20, 20, 9099))).toEqual({});
  expect(between(() => {})).toEqual({});
});

test('a thread that is new has waited since it began; one that ended is no more', () => {
  thread(20, 20, 400);
  expect(
    between(() => {
      rmSync(join(root, '20'), { recursive: true });
      thread(30, 30, 250, 'other');
    }),
  ).toEqual({ other: 250 });
});

test('a kernel that does not count is no error', () => {
  mkdirSync(join(root, '20/task/20'), { recursive: true });
  expect(between(() => {})).toEqual({});
});

test('a thread of Envoy that no call passes does not count, nor is another program measured by its names', () => {
  expect(between(() => thread(20, 25, 400, 'envoy', 'dog:main_thread'))).toEqual({});
  expect(between(() => thread(30, 30, 400, 'other', 'main'))).toEqual({ other: 400 });
});
