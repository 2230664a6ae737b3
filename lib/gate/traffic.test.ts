import { expect, test } from '@playwright/test';
import { trafficPaths } from './traffic.ts';

test('every cluster calls the services of all, and the shared one, on new, kept and long-lived connections', () => {
  const paths = trafficPaths(['east', 'west']);
  expect(new Set(paths.map(({ from, service }) => `${from} ${service}`))).toEqual(
    new Set([
      'east ledger-east',
      'east ledger-west',
      'east payments',
      'west ledger-east',
      'west ledger-west',
      'west payments',
    ]),
  );
  for (const service of ['ledger-east', 'payments']) {
    const kinds = paths.filter((path) => path.from === 'west' && path.service === service);
    expect(
      kinds.map(({ target }) => [target.protocol, 'connection' in target ? target.connection : '']),
    ).toEqual([
      ['http', 'fresh'],
      ['http', 'pooled'],
      ['websocket', ''],
      ['grpc', ''],
    ]);
  }
  expect(new Set(paths.map(({ words }) => words)).size, 'words tell all apart').toBe(paths.length);
});

test('a long-lived connection has the time that its messages take before its deadline', () => {
  for (const { target, deadlineMs } of trafficPaths(['east'])) {
    if (!('messages' in target)) continue;
    expect(deadlineMs).toBeGreaterThan(target.messages * (target.gapMs ?? 0));
  }
});
