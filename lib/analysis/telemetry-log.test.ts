import { expect, test } from '@playwright/test';
import { judgeLogs, type LogEntry } from './telemetry-log.ts';

const sent = [
  { requestId: 'r', answeredBy: 'east' },
  { requestId: 'r', answeredBy: 'west' },
];
const entry = (side: 'client' | 'server'): LogEntry => ({
  side,
  requestId: 'r',
  path: '/m',
  status: 200,
  service: 'turnstile.shop',
});
const expected = { path: '/m', service: 'turnstile.shop', caller: 'east' };
const logs = {
  client: [entry('client'), entry('client')],
  servers: new Map([
    ['east', [entry('server')]],
    ['west', [entry('server')]],
  ]),
};

test('every call is in the logs of both ends', () => {
  expect(judgeLogs(sent, logs, expected)).toEqual([]);
});

test('lines of other calls count for nothing', () => {
  const other = { ...entry('client'), path: '/other' };
  expect(judgeLogs(sent, { ...logs, client: [...logs.client, other] }, expected)).toEqual([]);
});

test('a server that logs nothing is named', () => {
  expect(judgeLogs(sent, { ...logs, servers: new Map([['east', [entry('server')]]]) }, expected)).toEqual([
    'west: the proxy of the server logged 0 of the 1 calls that it answered',
  ]);
});

test('a caller that logs nothing is named', () => {
  expect(judgeLogs(sent, { ...logs, client: [] }, expected)).toEqual([
    'east: the proxy of the caller logged 0 of 2 calls',
  ]);
});

test('another request id, status or service is found', () => {
  const client = [
    { ...entry('client'), requestId: 'x' },
    { ...entry('client'), status: 503, service: 'other.shop' },
  ];
  expect(judgeLogs(sent, { ...logs, client }, expected)).toEqual([
    'east: the proxy of the caller logged 1 calls under another request id (x)',
    'east: the proxy of the caller logged status 503 for calls that were answered with 200',
    'east: the log names other.shop as what was called',
  ]);
});
