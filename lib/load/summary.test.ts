import { expect, test } from '@playwright/test';
import type { LoadArm } from '../model/load.ts';
import { quantilesOf } from './histogram.ts';
import { sampleOutput } from './sample-output.ts';
import { mergeLoads, parseLoad } from './summary.ts';

const arm: LoadArm = { name: 'http', protocol: 'http', host: 'ledger', port: 8080 };
function parsed() {
  const [result] = parseLoad(sampleOutput('http'), [arm], 2);
  if (!result) throw new Error('nothing parsed');
  return result;
}

test('reads the figures among other output, with why calls failed', () => {
  expect(parsed()).toMatchObject({
    arm,
    count: 3,
    sent: 4,
    calls: 5,
    failed: 1,
    errorRatio: 0.2,
    perSecond: 1.5,
    p99Ms: 19.63,
    failures: ['HTTP 503: no healthy upstream'],
  });
  expect(quantilesOf(parsed().histogram, [0.5, 1])).toEqual([1.5, expect.closeTo(20, 1)]);
});

test('an empty distribution is never the quickest of all', () => {
  expect(parsed().tls).toMatchObject({ count: 0, p50Ms: Infinity, p95Ms: Infinity, maxMs: Infinity });
});

test('never takes no summary for a good one', () => {
  expect(() => parseLoad('panic: no', [arm], 2)).toThrow(/no summary\npanic: no/);
  expect(() => parseLoad('MESHPROOF_LOAD [{"name":', [arm], 2)).toThrow(/no summary/);
  expect(() => parseLoad(sampleOutput('grpc'), [arm], 2)).toThrow(/no figures of http/);
});

test('runners that shared a load are one: calls add up, quantiles are recomputed, the worst stays', () => {
  const one = parsed();
  const other = { ...one, maxMs: 31, dropped: 2, failures: ['reset'] };
  const both = mergeLoads([one, other]);
  expect(both).toMatchObject({
    count: 6,
    sent: 8,
    calls: 10,
    failed: 2,
    errorRatio: 0.2,
    perSecond: 3,
    dropped: 2,
    maxMs: 31,
    failures: ['HTTP 503: no healthy upstream', 'reset'],
  });
  expect(quantilesOf(both.histogram, [0.5])).toEqual([1.5]);
  expect(both.tls.p95Ms).toBe(Infinity);
});
