import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Verdict } from '../model/verdict.ts';
import { sampleRun, sampleTest } from './sample-run.ts';
import {
  assembleRunVerdict,
  exitCodeFor,
  generateVerdictSchema,
  readVerdict,
  runError,
  runVerdictSchema,
  writeVerdict,
} from './verdict-file.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'meshproof-verdict-'));

const cases: [Verdict[], Verdict, number][] = [
  [['passed', 'passed'], 'passed', 0],
  [['passed', 'not-applicable'], 'passed', 0],
  [['passed', 'failed', 'broken', 'inconclusive'], 'failed', 1],
  [['passed', 'inconclusive'], 'inconclusive', 2],
  [['not-applicable'], 'inconclusive', 2],
  [[], 'inconclusive', 2],
  [['passed', 'inconclusive', 'broken'], 'broken', 3],
];
for (const [verdicts, verdict, exitCode] of cases) {
  test(`a run of [${verdicts.join(', ')}] is ${verdict}, exit code ${exitCode}`, () => {
    expect(sampleRun(verdicts.map((one) => sampleTest(one)))).toMatchObject({ verdict, exitCode });
  });
}

test('a verdict without an exit code of its own never becomes 0', () => {
  expect(exitCodeFor('not-applicable')).toBe(2);
});

test('counts every verdict, and orders tests by their ids', () => {
  const run = sampleRun([sampleTest('passed', { id: 'b/x: t' }), sampleTest('failed', { id: 'a/x: t' })]);
  expect(run.counts).toEqual({ passed: 1, failed: 1, inconclusive: 0, 'not-applicable': 0, broken: 0 });
  expect(run.tests.map(({ id }) => id)).toEqual(['a/x: t', 'b/x: t']);
});

test('an error outside of a test makes the run broken', () => {
  const run = sampleRun([sampleTest('passed'), runError('worker crashed', 1), runError('again', 2)]);
  expect(run).toMatchObject({ verdict: 'broken', exitCode: 3 });
  expect(new Set(run.tests.map(({ id }) => id)).size).toBe(3);
});

test('is read back as it was written, and leaves no half file', () => {
  const place = folder();
  const run = sampleRun([
    sampleTest('failed', { reason: 'ü "quoted"\nline', figures: { failoverMs: 812.5 } }),
  ]);
  writeVerdict(join(place, 'deep', 'verdict.json'), run);
  expect(readVerdict(join(place, 'deep', 'verdict.json'))).toEqual(run);
  expect(readdirSync(join(place, 'deep'))).toEqual(['verdict.json']);
});

test('a file that is missing, cut off or of another schema is refused with its name', () => {
  const file = join(folder(), 'verdict.json');
  expect(() => readVerdict(file)).toThrow(/verdict\.json: no readable verdict/);
  writeFileSync(file, '{"schema": "meshproof.dev/ver');
  expect(() => readVerdict(file)).toThrow(/no readable verdict/);
  writeFileSync(file, JSON.stringify({ ...sampleRun([]), schema: 'other' }));
  expect(() => readVerdict(file)).toThrow(/no readable verdict/);
});

test('a place that cannot be written is an environment error with a next step', () => {
  const file = join(folder(), 'file');
  writeFileSync(file, '');
  expect(() => writeVerdict(join(file, 'verdict.json'), sampleRun([]))).toThrow(
    expect.objectContaining({ kind: 'environment', nextStep: expect.stringContaining('space') }),
  );
});

test('an unknown key is refused: readers of the schema would not know it', () => {
  expect(runVerdictSchema.safeParse({ ...sampleRun([]), extra: 1 }).success).toBe(false);
});

test('the published JSON Schema is what the code says', () => {
  expect(readFileSync(new URL('verdict.schema.json', import.meta.url), 'utf8')).toBe(generateVerdictSchema());
});

test('stages and versions are kept as given', () => {
  const run = assembleRunVerdict({
    manifest: { id: 'r', startedAt: '2026-01-01T00:00:00.000Z', lab: { environment: { name: 'e' } } },
    endedAt: new Date('2026-01-01T00:01:00.000Z'),
    versions: { istio: '1' },
    stages: { suites: 60 },
    tests: [],
  });
  expect(run).toMatchObject({ run: 'r', environment: 'e', versions: { istio: '1' }, stages: { suites: 60 } });
});
