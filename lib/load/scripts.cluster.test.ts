import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { ensureTool } from '../environment/kind/tools.ts';
import type { LoadArm, LoadProtocol, LoadShape } from '../model/load.ts';
import { type LocalAgent, startLocalAgent } from '../probe/local-agent.ts';
import { exec } from '../support/exec.ts';
import { quantilesOf } from './histogram.ts';
import { readScripts } from './k6.ts';
import { callsOf } from './shape.ts';
import { type LoadPlan, scriptPlan } from './script-plan.ts';
import { type LoadResult, mergeLoads, parseLoad } from './summary.ts';

/** The scripts in the pinned k6 against a real agent, on this machine: no cluster, but no wait for one either. */
let k6: string;
let agent: LocalAgent;
test.beforeAll(async () => {
  k6 = (await ensureTool('k6')).path;
  agent = await startLocalAgent();
});
test.afterAll(() => agent.stop());

const short: LoadShape = { kind: 'constant', ratePerSecond: 50, seconds: 2 };

function armFor(protocol: LoadProtocol, changes: Partial<LoadArm> = {}): LoadArm {
  const { http, tls, grpc } = agent.ports;
  const port = { http, http2: tls, grpc, websocket: http }[protocol];
  return { name: protocol, protocol, host: '127.0.0.1', port, expectCluster: 'east', ...changes };
}

/** One k6 with these arguments beside those of the Job. */
async function run(plan: LoadPlan, args: readonly string[] = []): Promise<LoadResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'meshproof-k6-'));
  try {
    const files = { ...(await readScripts()), 'plan.json': JSON.stringify(scriptPlan(plan)) };
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    const options = ['run', '--quiet', '--no-color', '--address', '', ...args];
    const { stdout, stderr } = await exec(k6, [...options, join(folder, 'load.ts')], {
      env: { K6_NO_USAGE_REPORT: 'true', K6_AUTO_EXTENSION_RESOLUTION: 'false' },
    });
    return parseLoad(`${stderr}\n${stdout}`, plan.arms, plan.shape.seconds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('every protocol is called, connections are measured apart, and the histogram has each call', async () => {
  const arms = (['http', 'http2', 'grpc', 'websocket'] as const).map((protocol) => armFor(protocol));
  const results = await run({ arms, shape: short, turns: 2 });
  for (const { arm, sent, count, failures, p50Ms, maxMs, histogram, connect, tls } of results) {
    expect(failures, arm.name).toEqual([]);
    expect(sent, arm.name).toBeGreaterThan(90);
    expect(count, arm.name).toBe(sent);
    const [middle = 0, last = 0] = quantilesOf(histogram, [0.5, 1]);
    // The median of k6 lies between two calls, that of the histogram is one of them.
    expect(Math.abs(middle - p50Ms) / p50Ms, arm.name).toBeLessThan(0.2);
    expect(Math.abs(last - maxMs) / maxMs, arm.name).toBeLessThan(0.006);
    expect(connect.count, arm.name).toBeGreaterThan(arm.protocol === 'websocket' ? 90 : 8);
    expect(tls.count > 0, arm.name).toBe(arm.protocol === 'http2');
  }
});

test('calls that fail, or are answered by somebody else, are told with their reason, and are not quick', async () => {
  const arms = [
    armFor('http', { name: 'elsewhere', expectCluster: 'west' }),
    armFor('http2', { name: 'no TLS', port: agent.ports.http }),
    armFor('grpc', { name: 'no gRPC', port: agent.ports.http2 }),
    armFor('websocket', { name: 'nobody', port: 1 }),
  ];
  const [elsewhere, noTls, noGrpc, nobody] = await run({ arms, shape: short });
  expect(elsewhere?.failures).toEqual(['answered by east']);
  expect(noTls?.failures[0]).toMatch(/server gave HTTP response|first record does not look like a TLS/);
  expect(noGrpc?.failures[0]).toMatch(/grpc-status/);
  expect(nobody?.failures[0]).toMatch(/refused/);
  for (const result of [elsewhere, noTls, noGrpc, nobody]) {
    expect(result).toMatchObject({ count: 0, errorRatio: 1, perSecond: 0, p50Ms: Infinity });
  }
});

test('runners that share a load by segments, as those of the operator do, make one load of the asked rate', async () => {
  const plan: LoadPlan = { arms: [armFor('http'), armFor('grpc')], shape: { ...short, seconds: 4 } };
  const sequence = '--execution-segment-sequence=0,1/2,1';
  const parts = await Promise.all(
    ['0:1/2', '1/2:1'].map((segment) => run(plan, [`--execution-segment=${segment}`, sequence])),
  );
  for (const index of plan.arms.keys()) {
    const sides = parts.flatMap((part) => part[index] ?? []);
    const whole = mergeLoads(sides);
    expect(sides.map(({ sent }) => Math.round(sent / 20))).toEqual([5, 5]);
    expect(whole.sent).toBeGreaterThan(190);
    expect(whole.perSecond).toBeCloseTo(50, -1);
    expect(whole.maxMs).toBe(Math.max(...sides.map(({ maxMs }) => maxMs)));
  }
});

for (const shape of [
  { kind: 'ramp', fromPerSecond: 10, toPerSecond: 90, seconds: 4 },
  { kind: 'spike', basePerSecond: 20, peakPerSecond: 100, peakSeconds: 1, seconds: 4 },
  { kind: 'soak', ratePerSecond: 50, seconds: 5 },
] as const satisfies LoadShape[]) {
  test(`a ${shape.kind} sends the calls under its curve`, async () => {
    const [result] = await run({ arms: [armFor('http')], shape });
    expect(Math.abs((result?.sent ?? 0) - callsOf(shape))).toBeLessThanOrEqual(0.05 * callsOf(shape));
  });
}
