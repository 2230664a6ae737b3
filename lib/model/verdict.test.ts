import { expect, test } from '@playwright/test';
import { combineVerdicts } from './verdict.ts';

test('a shown failure outranks everything, and only a pass is a pass', () => {
  expect(combineVerdicts(['passed', 'broken', 'failed', 'inconclusive'])).toBe('failed');
  expect(combineVerdicts(['passed', 'inconclusive', 'broken'])).toBe('broken');
  expect(combineVerdicts(['passed', 'inconclusive'])).toBe('inconclusive');
  expect(combineVerdicts(['passed', 'not-applicable'])).toBe('passed');
});

test('a run in which nothing passed has shown nothing', () => {
  expect(combineVerdicts(['not-applicable'])).toBe('inconclusive');
  expect(combineVerdicts([])).toBe('inconclusive');
});
