import { expect, test } from '@playwright/test';
import type { Quarantine } from '../model/quarantine.ts';
import type { TestVerdict, Verdict } from '../model/verdict.ts';
import { markQuarantined, quarantineNote, verdictOfRun } from './quarantine.ts';

const LAST_MOMENT = Date.parse('2026-03-10T23:59:59Z');
const DAY_AFTER = Date.parse('2026-03-11T00:00:00Z');
const entry: Quarantine = {
  test: 'dns/x: flickers',
  reason: 'resolver drops one in a thousand',
  owner: 'team net',
  expires: '2026-03-10',
};

function one(id: string, verdict: Verdict): TestVerdict {
  return { id, capability: 'dns', title: id, verdict, reason: '', durationMs: 1, figures: {} };
}

function judged(verdicts: Record<string, Verdict>, now = LAST_MOMENT, entries = [entry]) {
  const tests = Object.entries(verdicts).map(([id, verdict]) => one(id, verdict));
  return verdictOfRun(markQuarantined(tests, entries, now));
}

test('a quarantined failure does not decide, and is named, to the end of its last day', () => {
  expect(judged({ 'dns/x: flickers': 'failed', 'dns/y: holds': 'passed' })).toEqual({
    verdict: 'passed',
    quarantined: ['dns/x: flickers'],
  });
});

test('an entry that has expired lets nothing pass, and says so loudly', () => {
  const verdicts = { 'dns/x: flickers': 'failed', 'dns/y: holds': 'passed' } as const;
  expect(judged(verdicts, DAY_AFTER)).toEqual({ verdict: 'failed', quarantined: [] });
  const [marked = one('', 'passed')] = markQuarantined([one(entry.test, 'failed')], [entry], DAY_AFTER);
  expect(quarantineNote(marked)).toBe(
    'its quarantine EXPIRED on 2026-03-10: resolver drops one in a thousand, team net',
  );
});

test('broken is never let pass: a fault may be left behind', () => {
  expect(judged({ 'dns/x: flickers': 'broken', 'dns/y: holds': 'passed' }).verdict).toBe('broken');
});

test('a pass of a quarantined test shows nothing: alone it makes no green run', () => {
  expect(judged({ 'dns/x: flickers': 'passed' })).toEqual({ verdict: 'inconclusive', quarantined: [] });
  expect(judged({ 'dns/x: flickers': 'failed' }).verdict).toBe('inconclusive');
});

test('another test is not let pass, though its id contains the entry', () => {
  expect(judged({ 'dns/x: flickers often': 'failed', 'dns/y: holds': 'passed' }).verdict).toBe('failed');
});

test('marks are made anew: the last entry counts, and one that was taken away leaves none', () => {
  const longer = { ...entry, expires: '2026-04-01' };
  const marked = markQuarantined([one(entry.test, 'failed')], [entry, longer], DAY_AFTER);
  expect(marked[0]?.quarantine).toMatchObject({ expires: '2026-04-01', holds: true });
  expect(markQuarantined(marked, [], DAY_AFTER)[0]).not.toHaveProperty('quarantine');
});
