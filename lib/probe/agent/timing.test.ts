import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { expect, test } from '@playwright/test';
import { outageWindow } from '../../analysis/gaps.ts';
import { analyseLateness } from '../../analysis/lateness.ts';
import { analyseLatency } from '../../analysis/latency.ts';
import { sampleStandardDeviation } from 'simple-statistics';
import { quantiles } from '../../analysis/quantile.ts';
import { type AgentClient, connectAgent } from '../client.ts';
import { type LocalAgent, startLocalAgent } from '../local-agent.ts';
import { AGENT_LIMITS } from '../wire.ts';
import { sendOpenLoop } from './open-loop.ts';

test.describe('timing of the agent', () => {
  let agent: LocalAgent;
  let client: AgentClient;

  test.beforeEach(async () => {
    agent = await startLocalAgent();
    client = await connectAgent(agent.channel());
  });
  test.afterEach(async () => {
    await client.close();
    await agent.stop();
  });

  test('keeps 500 calls a second on time', async () => {
    const url = `http://127.0.0.1:${agent.ports.http}/`;
    const yardstick = idleTimer();
    const recording = await client.call(
      { protocol: 'http', url, connection: 'pooled' },
      { count: 2500, ratePerSecond: 500 },
    );
    const lateness = analyseLateness(recording.observations, 50);
    const machineMs = yardstick.stop();
    test
      .info()
      .annotations.push({ type: 'lateness', description: JSON.stringify({ ...lateness, machineMs }) });
    expect(analyseLatency(recording.observations)).toMatchObject({ count: 2500, failed: {} });
    const [first, last] = [recording.observations[0], recording.observations.at(-1)];
    expect((last?.intendedAt ?? 0) - (first?.intendedAt ?? 0)).toBeCloseTo(2499 * 2, 3);
    // Alone it is 1 to 6 ms. An agent that falls behind by 5 % is 250 ms late at the end, and later with every call;
    // a busy machine, whose idle timers come late too, is not that.
    expect(lateness.p99Ms).toBeLessThan(Math.max(100, 20 * machineMs));
  });

  test('measures a gap of exactly 2.000 s within two probe intervals, silent or closing', async () => {
    const measure = async (how: 'silent' | 'closing') => {
      await using target = await gappyServer(how, 700, 2000);
      const url = `http://127.0.0.1:${target.port}/`;
      return await client.call(
        { protocol: 'http', url, connection: 'fresh' },
        { count: 350, ratePerSecond: 100, deadlineMs: 500 },
      );
    };
    for (const recording of await Promise.all([measure('silent'), measure('closing')])) {
      const outage = outageWindow(recording);
      const late = analyseLateness(recording.observations, 20).maxMs ?? 0;
      test.info().annotations.push({ type: 'outage', description: JSON.stringify({ ...outage, late }) });
      // The gap counts from the first request's arrival; a machine that stalls then moves its edges for the caller.
      expect(Math.abs((outage?.outageMs ?? 0) - 2000)).toBeLessThanOrEqual(20 + late);
    }
  });

  test('refuses what it could not keep, and frees what is removed', async () => {
    const target = { protocol: 'tcp', host: '127.0.0.1', port: agent.ports.tcp } as const;
    const whole = { target, ratePerSecond: 1, count: AGENT_LIMITS.observations, deadlineMs: 100 };
    const plan = await client.start(whole);
    await client.start(plan.plan); // The same plan again is the same plan.
    await expect(client.start({ ...whole, count: 1 })).rejects.toThrow(/delete plans first/);
    await expect(client.start({ ...whole, id: plan.plan.id, count: 2 })).rejects.toThrow(/another plan/);
    await expect(client.start({ ...whole, ratePerSecond: 501 })).rejects.toThrow(/at most 500/);
    await plan.remove();
    expect((await client.call(target)).observations[0]?.outcome).toBe('ok');
  });

  test('ends within a second of SIGTERM although a plan runs', async () => {
    const target = { protocol: 'tcp', host: '127.0.0.1', port: agent.ports.tcp } as const;
    await client.start({ target, ratePerSecond: 50, count: 1000, deadlineMs: 1000 });
    const startedAt = performance.now();
    await agent.stop();
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

test('a sender that was held up catches up and moves no intended time', async () => {
  const intended: number[] = [];
  const startAt = performance.now();
  await new Promise<void>((resolve) => {
    sendOpenLoop(
      { ratePerSecond: 200, count: 60 },
      () => performance.now(),
      async (sequence, intendedAt) => {
        intended.push(intendedAt);
        if (sequence === 10) while (performance.now() < startAt + 200);
        if (sequence === 59) resolve();
      },
    );
  });
  const first = intended[0] ?? 0;
  expect(intended).toHaveLength(60);
  for (const [i, at] of intended.entries()) expect(at - first).toBeCloseTo(i * 5, 5);
});

test('scattered calls keep their number and order, each in its own interval, and keep no step', async () => {
  const intended: number[] = [];
  await new Promise<void>((resolve) => {
    sendOpenLoop(
      { ratePerSecond: 400, count: 80, scattered: true },
      () => performance.now(),
      async (sequence, intendedAt) => {
        intended.push(intendedAt);
        if (sequence === 79) resolve();
      },
    );
  });
  const gaps = intended.slice(1).map((at, index) => at - (intended[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...gaps)).toBeLessThan(5);
  // Gaps of two numbers drawn anew for each call have a standard deviation of 1 ms; evenly sent calls have none.
  expect(sampleStandardDeviation(gaps)).toBeGreaterThan(0.5);
});

/** How late a timer of 2 ms is in this process, which has nothing to do meanwhile: p99, milliseconds. */
function idleTimer(): { stop: () => number } {
  const late: number[] = [];
  let due = performance.now() + 2;
  const tick = () => {
    late.push(performance.now() - due);
    due = performance.now() + 2;
    timer = setTimeout(tick, 2);
  };
  let timer = setTimeout(tick, 2);
  return {
    stop: () => {
      clearTimeout(timer);
      return quantiles(late, [0.99])[0] ?? 0;
    },
  };
}

/** An HTTP echo that gives no answer, or closes, for what comes in a window of its own clock. */
async function gappyServer(how: 'silent' | 'closing', afterMs: number, lengthMs: number) {
  let openedAt: number | undefined;
  const place = { cluster: 'east', region: 'r', zone: 'z', node: 'n', pod: 'p' };
  const server: Server = createServer((request, response) => {
    const at = performance.now();
    openedAt ??= at;
    const elapsed = at - openedAt;
    const inGap = elapsed >= afterMs && elapsed < afterMs + lengthMs;
    if (!inGap) response.end(JSON.stringify({ place }));
    else if (how === 'closing') request.socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
