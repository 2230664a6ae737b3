import { expect, test } from '@playwright/test';
import type { TestVerdict, Verdict } from '../model/verdict.ts';
import { type DetectionRow, judgeTrial, proofExitCode } from './detection.ts';

const defect = { caughtBy: ['mtls/plaintext'], says: /not STRICT/ };

function result(suite: string, verdict: Verdict, reason = ''): TestVerdict {
  const [capability = ''] = suite.split('/');
  return { id: `${suite}: holds`, capability, title: 'holds', verdict, reason, durationMs: 1, figures: {} };
}
const green = [result('mtls/plaintext', 'passed'), result('dns/headless', 'not-applicable', 'no')];
const right = result('mtls/plaintext', 'failed', 'mutual TLS is not STRICT for payments\nmore');

const judged = (planted: TestVerdict[], before = green, after = green) =>
  judgeTrial(defect, { before, planted, after }).detection;

test('a defect is caught only by a suite that is named for it, with a reason that names the cause', () => {
  expect(judged([right])).toBe('caught');
  expect(judged([{ ...right, reason: 'timed out' }])).toBe('wrong reason');
  expect(judged([result('dns/headless', 'failed', 'not STRICT')])).toBe('caught elsewhere');
  expect(judged([result('mtls/plaintext-sweep', 'failed', 'not STRICT')])).toBe('caught elsewhere');
  expect(judged(green)).toBe('missed');
  expect(judged([result('mtls/plaintext', 'inconclusive', 'not STRICT')])).toBe('missed');
});

test('suites that were not green before or after show nothing, whatever they said with the defect', () => {
  expect(judged([right], [right])).toBe('not healthy');
  expect(judged([right], green, [right])).toBe('not healthy');
  expect(judged([right], green, [result('mtls/plaintext', 'inconclusive', 'late')])).toBe('not healthy');
});

test('only a proof in which every defect was caught exits 0', () => {
  const row = (detection: DetectionRow['detection']): DetectionRow => ({
    defect: 'x',
    title: 'x',
    silent: 'x',
    detection,
    red: [],
    seconds: 1,
  });
  expect(proofExitCode([row('caught'), row('caught')])).toBe(0);
  expect(proofExitCode([row('caught'), row('missed'), row('broken')])).toBe(1);
  expect(proofExitCode([row('wrong reason')])).toBe(1);
  expect(proofExitCode([row('caught elsewhere')])).toBe(1);
  expect(proofExitCode([row('caught'), row('did not bite')])).toBe(2);
  expect(proofExitCode([row('not healthy')])).toBe(3);
  expect(proofExitCode([row('caught'), row('not applicable')])).toBe(0);
  expect(proofExitCode([row('not applicable')])).toBe(2);
  expect(proofExitCode([])).toBe(2);
});
