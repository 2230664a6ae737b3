import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { remoteAbort, trafficAborts } from './abort.ts';
import { sampleRecording, START } from './sample.ts';

const seen = [
  {
    probe: 'shop',
    recording: sampleRecording((ms) =>
      ms >= 20_000 && ms < 30_000 ? { outcome: 'http-5xx' } : { latencyMs: ms >= 30_000 ? 800 : 3 },
    ),
  },
];
const at = (seconds: number) => START + seconds * 1000;

test('a ratio of errors over a time halts, and not before it is over the limit', () => {
  const condition = { errorRatio: 0.5, over: 4000 };
  expect(trafficAborts(condition, seen, at(21))).toBeUndefined();
  expect(trafficAborts(condition, seen, at(24))).toMatch(/shop: .*% of the calls failed over 4 s, 50 % may/);
  expect(trafficAborts({ ...condition, probe: 'cart' }, seen, at(24))).toBeUndefined();
});

test('a p99 halts; calls that failed have none', () => {
  const condition = { p99: 500, over: 3000 };
  expect(trafficAborts(condition, seen, at(25))).toBeUndefined();
  expect(trafficAborts(condition, seen, at(35))).toMatch(/p99 800 ms over 3 s, 500 ms may be/);
});

test('a health URL halts when it fails so many times in a row; one good answer begins anew', async () => {
  const statuses = [500, 200, 503, 503, 503];
  await using server = await serve((_url) => ({ status: statuses.shift() ?? 200, body: '' }));
  const look = remoteAbort({ url: server.url, times: 3 });
  const said = [];
  for (let round = 0; round < 5; round += 1) said.push(await look?.());
  expect(said.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
  expect(said[4]).toMatch(/answers 503, 3 times in a row/);
});

test('a metric halts above its limit; no result is nothing to halt for', async () => {
  const values = [[], [['1', '4.5']], [['1', '5.5']]] as [string, string][][];
  await using server = await serve((url) => ({
    status: url.startsWith('/api/v1/query?query=errors') ? 200 : 404,
    body: JSON.stringify({ data: { result: (values.shift() ?? []).map((value) => ({ value })) } }),
  }));
  const look = remoteAbort({ prometheus: server.url, query: 'errors', above: 5 });
  expect(await look?.()).toBeUndefined();
  expect(await look?.()).toBeUndefined();
  expect(await look?.()).toBe('errors is 5.5, 5 may be');
});

test('what traffic decides is not asked of anybody else', () => {
  expect(remoteAbort({ errorRatio: 0.5, over: 1000 })).toBeUndefined();
});

async function serve(answer: (url: string) => { status: number; body: string }) {
  const server = createServer((request, response) => {
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { connection: 'close' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
