import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { codeHash } from './code-hash.ts';

test('another suite is another code, another test of ours is not', ({}, info) => {
  const root = info.outputPath('checkout');
  const write = (file: string, text: string) => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text);
    return codeHash(root);
  };
  const before = write('suites/dns/a.spec.ts', 'one');
  expect(write('lib/x.test.ts', 'ours')).toBe(before);
  expect(write('suites/dns/a.spec.ts', 'two')).not.toBe(before);
});
