import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { silentLog } from '../support/log.ts';
import { baselineWarnings, keepBaseline, overTime, readBaselines } from './baselines.ts';
import { decideGate } from './decision.ts';
import { sampleEvidence } from './sample.ts';

const NAME = 'p99Ms cross-cluster http';
const decided = (earlier?: Record<string, number>[]) =>
  decideGate(sampleEvidence(earlier ? { earlier } : {}), Date.parse('2026-03-10T12:00:00Z'));

test('without a history there are no baselines; the first gate of one has nothing to be set beside', () => {
  expect(decided().baselines).toEqual([]);
  expect(decided([]).baselines.find(({ name }) => name === NAME)).toMatchObject({ gates: 0, median: null });
});

test('what runs now is set beside earlier gates, and decides nothing', () => {
  const result = decided([{ [NAME]: 1 }, { [NAME]: 3 }, { [NAME]: 2 }]);
  expect(result.baselines.find(({ name }) => name === NAME)).toMatchObject({
    gates: 3,
    median: 2,
    least: 1,
    most: 3,
  });
  expect(result.decision).toBe('GO');
  expect(result.warnings.join()).toMatch(/p99 cross-cluster http of what runs now .* above the highest of 3/);
});

test('what is within the usual, or beside too few gates, gives no warning', () => {
  const figure = { name: NAME, now: 5, gates: 3, median: 4, least: 3, most: 4.1 };
  expect(baselineWarnings([figure])).toEqual([]);
  expect(baselineWarnings([{ ...figure, now: 9 }])).toHaveLength(1);
  expect(baselineWarnings([{ ...figure, now: 9, gates: 2 }])).toEqual([]);
});

test('a gate adds its figures once; a spoilt line is left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baselines-'));
  const result = decided([]);
  keepBaseline(folder, result, silentLog);
  keepBaseline(folder, result, silentLog);
  const file = join(folder, result.environment, 'gates.jsonl');
  writeFileSync(file, `${readFileSync(file, 'utf8')}{"half":\n`);
  const read = readBaselines(folder, result.environment, silentLog);
  expect(read).toHaveLength(1);
  expect(read[0]?.[NAME]).toBe(
    overTime({ metrics: result.comparison?.metrics ?? [] }, []).find(({ name }) => name === NAME)?.now,
  );
  expect(readBaselines(folder, 'another', silentLog)).toEqual([]);
});
