import { expect, test } from '@playwright/test';
import { figureAnnotation, promiseAnnotation } from './annotations.ts';
import { type TestEnd, combineJudgements, markMessage, parseMark, verdictOf } from './verdict-of.ts';

const promise = promiseAnnotation('payments is answered from west');
const end = (changes: Partial<TestEnd>): TestEnd => ({
  status: 'passed',
  errors: [],
  annotations: [promise],
  ...changes,
});
const failed = (...errors: string[]) => verdictOf(end({ status: 'failed', errors }));
const skip = (description?: string) => [
  promise,
  { type: 'skip', ...(description === undefined ? {} : { description }) },
];

test('a pass that checked a promise passes', () => {
  expect(verdictOf(end({}))).toEqual({ verdict: 'passed', reason: '', figures: {} });
});

test('a pass that checked nothing is inconclusive', () => {
  const judged = verdictOf(end({ annotations: [] }));
  expect(judged).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('asserted nothing'),
  });
});

for (const verdict of ['failed', 'inconclusive', 'broken', 'not-applicable'] as const) {
  test(`an error marked ${verdict} is ${verdict}, and its reason has no mark`, () => {
    const message = `Error: \u001b[31m${markMessage(verdict, 'west is silent')}\u001b[39m`;
    expect(failed(message)).toMatchObject({ verdict, reason: 'west is silent' });
  });
}

test('prefixes of error classes are no part of the mark or the reason', () => {
  expect(parseMark('MeshproofError: Error: [failed] a\n  b')).toEqual({ verdict: 'failed', text: 'a\n  b' });
});

test('an unmarked error is broken: a bug, an expect of the runner, a crash', () => {
  expect(failed("TypeError: Cannot read properties of undefined (reading 'b')")).toMatchObject({
    verdict: 'broken',
    reason: "Cannot read properties of undefined (reading 'b')",
  });
});

test('a mark that is quoted further down does not count', () => {
  expect(failed('Error: log says\n[failed] something').verdict).toBe('broken');
  expect(failed('Error: [passed] nonsense').verdict).toBe('broken');
  expect(failed('Error: [flaky] nonsense').verdict).toBe('broken');
});

test('a timeout is broken, with or without an error', () => {
  const message = 'Test timeout of 1000ms exceeded.';
  expect(verdictOf(end({ status: 'timedOut', errors: [message] }))).toMatchObject({
    verdict: 'broken',
    reason: message,
  });
  expect(verdictOf(end({ status: 'timedOut' }))).toMatchObject({
    verdict: 'broken',
    reason: 'the test timed out',
  });
});

test('an interrupted test is broken', () => {
  expect(verdictOf(end({ status: 'interrupted' }))).toMatchObject({
    verdict: 'broken',
    reason: expect.stringContaining('interrupted'),
  });
});

test('a failure without an error is broken', () => {
  expect(verdictOf(end({ status: 'failed' })).verdict).toBe('broken');
});

test('a shown failure outranks the rest, which is told too', () => {
  const judged = failed('Error: [inconclusive] late probes', 'Error: [failed] silent', 'Error: revert hung');
  expect(judged).toMatchObject({
    verdict: 'failed',
    reason: 'silent\nalso inconclusive: late probes\nalso broken: revert hung',
  });
});

test('an error after a missing capability is not hidden by it', () => {
  expect(failed('Error: [not-applicable] lacks x', 'Error: [broken] no lab').verdict).toBe('broken');
});

test('the same error twice is told once', () => {
  expect(failed('Error: [failed] silent', 'Error: [failed] silent').reason).toBe('silent');
});

test('a skip that names a missing capability is not applicable', () => {
  const judged = verdictOf(
    end({ status: 'skipped', annotations: skip('[not-applicable] lacks headless-discovery') }),
  );
  expect(judged).toMatchObject({ verdict: 'not-applicable', reason: 'lacks headless-discovery' });
});

test('a skip without a reason of ours is inconclusive', () => {
  for (const description of [undefined, 'later']) {
    const judged = verdictOf(end({ status: 'skipped', annotations: skip(description) }));
    expect(judged).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('skipped without a reason'),
    });
  }
  expect(verdictOf(end({ status: 'skipped', annotations: [] })).verdict).toBe('inconclusive');
});

test('figures are kept whatever the verdict; one that was not seen is left out', () => {
  const annotations = [
    promise,
    figureAnnotation({ name: 'failoverMs', value: 812 }),
    figureAnnotation({ name: 'failbackMs', value: Number.NaN }),
  ];
  expect(verdictOf(end({ annotations })).figures).toEqual({ failoverMs: 812 });
  expect(verdictOf(end({ status: 'failed', errors: ['[failed] x'], annotations }))).toMatchObject({
    verdict: 'failed',
    figures: { failoverMs: 812 },
  });
});

test('a figure that cannot be read is a bug of ours: broken, not a silent gap', () => {
  for (const description of ['{"name":"x","value":"fast"}', 'not json', '{}']) {
    const judged = verdictOf(end({ annotations: [promise, { type: 'meshproof.figure', description }] }));
    expect(judged).toMatchObject({ verdict: 'broken', reason: expect.stringContaining(description) });
  }
});

test('of several runs of a test the worst counts, and figures of all are kept', () => {
  const good = { verdict: 'passed', reason: '', figures: { a: 1 } } as const;
  const bad = { verdict: 'failed', reason: 'once', figures: { b: 2 } } as const;
  expect(combineJudgements([bad, good])).toEqual({
    verdict: 'failed',
    reason: 'once',
    figures: { a: 1, b: 2 },
  });
  expect(combineJudgements([good, good])).toMatchObject({ verdict: 'passed', reason: '' });
});
