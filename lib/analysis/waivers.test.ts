import { expect, test } from '@playwright/test';
import type { Finding, Waiver } from '../model/invariants.ts';
import { applyWaivers } from './waivers.ts';

const NOON = Date.parse('2026-03-10T12:00:00Z');
const finding: Finding = { invariant: 'restarts', subject: 'east x/y', words: 'east x/y was restarted once' };
const waiver: Waiver = {
  invariant: 'restarts',
  match: 'x/y',
  reason: 'known leak',
  owner: 'team x',
  expires: '2026-03-10',
};

test('a waiver excuses what it matches, to the end of its last day, and is named', () => {
  const { standing, excused, unused } = applyWaivers('restarts', [finding], [waiver], NOON);
  expect(standing).toEqual([]);
  expect(excused).toEqual(['east x/y was restarted once (waived until 2026-03-10: known leak, team x)']);
  expect(unused).toEqual([]);
});

test('an expired waiver excuses nothing and says so', () => {
  const { standing } = applyWaivers('restarts', [finding], [{ ...waiver, expires: '2026-03-09' }], NOON);
  expect(standing).toEqual([
    'east x/y was restarted once (its waiver expired on 2026-03-09: known leak, team x)',
  ]);
});

test('a waiver of another invariant excuses nothing', () => {
  expect(
    applyWaivers('restarts', [finding], [{ ...waiver, invariant: 'panics' }], NOON).standing,
  ).toHaveLength(1);
});

test('a waiver without a finding is named as unused', () => {
  expect(applyWaivers('restarts', [], [waiver], NOON).unused).toEqual([
    'the waiver for "x/y" (known leak, team x, until 2026-03-10) excused nothing',
  ]);
});

test('a valid waiver beside an expired one excuses', () => {
  const expired = { ...waiver, expires: '2025-01-01' };
  expect(applyWaivers('restarts', [finding], [expired, waiver], NOON).standing).toEqual([]);
});
