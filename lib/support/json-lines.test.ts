import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { appendLine, readLines } from './json-lines.ts';

test('what was appended is read back in order, from a file that only its owner can read', ({}, info) => {
  const file = info.outputPath('new', 'journal.jsonl');
  expect(readLines(file)).toEqual([]);
  appendLine(file, { id: 1 });
  appendLine(file, { id: 2, words: 'two\nlines' });
  expect(readLines(file)).toEqual([{ id: 1 }, { id: 2, words: 'two\nlines' }]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('an entry that a crash cut short is passed over, and does not swallow the next one', ({}, info) => {
  const file = info.outputPath('journal.jsonl');
  appendLine(file, { id: 1 });
  appendFileSync(file, '{"id":2,"wor');
  expect(readLines(file)).toEqual([{ id: 1 }]);
  appendLine(file, { id: 3 });
  expect(readLines(file)).toEqual([{ id: 1 }, { id: 3 }]);
  expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
});

test('a journal that cannot be read or written is an error, never an empty one', ({}, info) => {
  const file = info.outputPath('journal.jsonl');
  mkdirSync(file);
  expect(() => readLines(file)).toThrow(/cannot be read/);
  expect(() => appendLine(file, {})).toThrow(/cannot be written/);
});
