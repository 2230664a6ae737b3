import { expect, test } from '@playwright/test';
import type { HistoryEntry } from '../model/history.ts';
import type { Verdict } from '../model/verdict.ts';
import { findFlakes, recordWords } from './flakes.ts';

function entry(run: string, verdict: Verdict, changes: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    schema: 'meshproof.dev/history/v1',
    run,
    endedAt: '2026-01-01T00:00:00.000Z',
    inputs: 'same',
    tests: { 'dns/x: y': verdict },
    ...changes,
  };
}

test('the same inputs and differing verdicts are a flake, with its record', () => {
  const nights = [entry('1', 'passed'), entry('2', 'failed'), entry('3', 'passed')];
  const [flake] = findFlakes(nights, entry('4', 'inconclusive'));
  expect(flake).toMatchObject({ id: 'dns/x: y', runs: 4, counts: { passed: 2, failed: 1, inconclusive: 1 } });
  expect(flake && recordWords(flake)).toBe(
    'passed 2 of 4 runs with the same inputs (1 failed, 1 inconclusive)',
  );
});

test('a verdict that stays is none, whichever it is', () => {
  for (const verdict of ['passed', 'failed'] as const)
    expect(findFlakes([entry('1', verdict), entry('2', verdict)], entry('3', verdict))).toEqual([]);
});

test('other inputs say nothing: the mesh may have changed', () => {
  expect(findFlakes([entry('1', 'failed', { inputs: 'other' })], entry('2', 'passed'))).toEqual([]);
});

test('a run whose report is made again counts once', () => {
  expect(findFlakes([entry('1', 'failed')], entry('1', 'passed'))).toEqual([]);
  expect(findFlakes([entry('0', 'failed'), entry('1', 'passed')], entry('1', 'passed'))[0]?.runs).toBe(2);
});

test('a night in which a test did not run is none of its record', () => {
  const nights = [entry('1', 'failed', { tests: {} }), entry('2', 'passed')];
  expect(findFlakes(nights, entry('3', 'passed'))).toEqual([]);
});
