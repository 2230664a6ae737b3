import { appendFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { MeshproofError } from '../support/errors.ts';
import { appendJournal, openFaults, readJournal } from './journal.ts';
import { samplePlan } from './sample-plan.ts';

const plan = samplePlan();
const entry = { at: 1, fault: plan.id };

test('a fault is open from its intent until its revert is proven', ({}, info) => {
  const file = info.outputPath('journal.jsonl');
  appendJournal(file, { ...entry, step: 'intent', plan });
  appendJournal(file, { ...entry, step: 'inject' });
  expect(openFaults(readJournal(file))).toEqual([plan]);
  appendJournal(file, { ...entry, step: 'revert' });
  appendJournal(file, { ...entry, step: 'revert-failed' });
  expect(openFaults(readJournal(file))).toEqual([plan]);
  appendJournal(file, { ...entry, step: 'reverted' });
  expect(openFaults(readJournal(file))).toEqual([]);
});

test('a line that a crash cut short is passed over', ({}, info) => {
  const file = info.outputPath('journal.jsonl');
  appendJournal(file, { ...entry, step: 'intent', plan });
  appendFileSync(file, '{"at":2,"fault":"link-par');
  expect(openFaults(readJournal(file))).toEqual([plan]);
});

test('a full disk is a clear error, before anything is touched', () => {
  // /dev/full takes no byte: ENOSPC, as a full disk gives.
  expect(() => appendJournal('/dev/full', { ...entry, step: 'intent', plan })).toThrow(MeshproofError);
  expect(() => appendJournal('/dev/full', { ...entry, step: 'intent', plan })).toThrow(/journal.*ENOSPC/);
});
