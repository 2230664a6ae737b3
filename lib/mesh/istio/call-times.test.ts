import { expect, test } from '@playwright/test';
import { istioCallTimes } from './call-times.ts';

const line = (changes: object = {}) =>
  JSON.stringify({
    meshproof_times: 'client',
    call: 'abc',
    total: 2750,
    upstream: 2100,
    sent: 310,
    received: 620,
    ...changes,
  });

test('reads times in milliseconds, quoted or not', () => {
  const times = {
    side: 'client',
    call: 'abc',
    totalMs: 2.75,
    upstreamMs: 2.1,
    bytesSent: 310,
    bytesReceived: 620,
  };
  expect(istioCallTimes.parse(line())).toEqual(times);
  expect(istioCallTimes.parse(line({ total: '2750', upstream: '2100' }))).toEqual(times);
});

test('a call without an answer, another log, and half a line are no times', () => {
  expect(istioCallTimes.parse(line({ upstream: null }))).toBeUndefined();
  expect(istioCallTimes.parse(line({ upstream: '-' }))).toBeUndefined();
  expect(istioCallTimes.parse(line({ call: null }))).toBeUndefined();
  expect(istioCallTimes.parse('{"path":"/","duration":3}')).toBeUndefined();
  expect(istioCallTimes.parse(line().slice(0, 60))).toBeUndefined();
});

test('only marked calls are logged, on both sides', () => {
  const text = JSON.stringify(istioCallTimes.objects('shop'));
  expect(text.match(/header_filter/g)).toHaveLength(2);
  expect(text).toContain(`"name":"${istioCallTimes.header}","present_match":true`);
  expect(text).toContain('SIDECAR_INBOUND');
});
