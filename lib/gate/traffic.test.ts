import { expect, test } from '@playwright/test';
import { checkPlan } from '../probe/agent/plan-input.ts';
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
      ['grpc', ''],
      ['websocket', ''],
      ['tcp', ''],
    ]);
  }
  expect(new Set(paths.map(({ words }) => words)).size, 'words tell all apart').toBe(paths.length);
});

test('a long-lived connection has the time that its messages take before its deadline', () => {
  const lasting = trafficPaths(['east']).flatMap(({ target, deadlineMs }) => {
    const lastsMs =
      target.protocol === 'websocket'
        ? target.messages * (target.gapMs ?? 0)
        : target.protocol === 'tcp'
          ? (target.idleMs ?? 0)
          : 0;
    return lastsMs > 0 ? { lastsMs, deadlineMs } : [];
  });
  expect(lasting).toHaveLength(4);
  for (const { lastsMs, deadlineMs } of lasting) expect(deadlineMs).toBeGreaterThan(lastsMs);
});

test('agents take every one of these calls', () => {
  for (const { target, ratePerSecond, deadlineMs } of trafficPaths(['east', 'west']))
    expect(() => checkPlan({ id: 'a', target, ratePerSecond, deadlineMs, count: 10 })).not.toThrow();
});
