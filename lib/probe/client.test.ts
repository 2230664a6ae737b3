import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { expect, test } from '@playwright/test';
import { ChannelLost, controlApi } from './channel.ts';
import { connectAgent } from './client.ts';
import { type LocalAgent, startLocalAgent } from './local-agent.ts';

test.describe('a channel that breaks', () => {
  let agent: LocalAgent;
  test.beforeAll(async () => {
    agent = await startLocalAgent({ cluster: 'east' });
  });
  test.afterAll(() => agent.stop());

  test('loses no result and gives none twice', async () => {
    const relay = await breakableRelay(agent.ports.control);
    await using client = await connectAgent({ ...agent.channel(), port: relay.port, close: relay.close });
    const target = {
      protocol: 'http',
      url: `http://127.0.0.1:${agent.ports.http}/`,
      connection: 'pooled',
    } as const;
    const plan = await client.start({ target, ratePerSecond: 200, count: 300, deadlineMs: 1000 });

    const early = await plan.collect({ until: 40, timeoutMs: 5000 });
    expect(early.complete).toBe(false);
    relay.cut(); // no connection of the old ones survives, and new ones are refused …
    const collecting = plan.collect({ until: 'complete', timeoutMs: 10_000 });
    setTimeout(relay.cutHalfway, 300); // … then answers are cut in their middle …
    setTimeout(relay.mend, 700); // … and then all is well.
    const recording = await collecting;

    expect(recording.complete).toBe(true);
    expect(recording.observations.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 300 }, (_, i) => i),
    );
    expect(recording.observations.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(recording.caller.cluster).toBe('east');
    expect(Math.abs(recording.clockOffsetMs)).toBeLessThanOrEqual(recording.clockUncertaintyMs + 5);
    await plan.remove();
    expect((await client.info()).plans).toEqual([]);
  });

  test('says so when it never comes back', async () => {
    const relay = await breakableRelay(agent.ports.control);
    const client = await connectAgent({ ...agent.channel(), port: relay.port, close: relay.close });
    const target = { protocol: 'tcp', host: '127.0.0.1', port: agent.ports.tcp } as const;
    const plan = await client.start({ target, ratePerSecond: 100, count: 10, deadlineMs: 1000 });
    relay.cut();
    await expect(plan.collect({ until: 'complete', timeoutMs: 500 })).rejects.toThrow(/no way to the agent/);
    relay.mend();
    const recording = await plan.collect({ until: 'complete', timeoutMs: 5000 });
    expect(recording.observations).toHaveLength(10);
    await plan.remove();
    await client.close();
  });

  test('tells a restarted agent from a lost channel', async () => {
    await using client = await connectAgent(agent.channel());
    const target = { protocol: 'tcp', host: '127.0.0.1', port: agent.ports.tcp } as const;
    const plan = await client.start({ target, ratePerSecond: 100, count: 1, deadlineMs: 1000 });
    await plan.remove();
    await expect(plan.collect({ until: 'complete', timeoutMs: 500 })).rejects.toThrow(/no plan/);
  });

  test('reports a refused request as the agent said it', async () => {
    const api = controlApi(agent.channel());
    await expect(api.send('POST', '/plans', { id: 'x' })).rejects.toThrow(/ratePerSecond/);
    const gone = controlApi({ ...agent.channel(), port: 1 });
    await expect(gone.send('GET', '/info')).rejects.toThrow(ChannelLost);
    api.close();
    gone.close();
  });
});

/** A TCP relay that can refuse, or let each connection die after 2000 bytes of answer. */
async function breakableRelay(to: number) {
  const sockets = new Set<Socket>();
  let mode: 'well' | 'refuse' | 'halfway' = 'well';
  const server = createServer((local) => {
    sockets.add(local);
    local.on('error', () => {});
    if (mode === 'refuse') return local.resetAndDestroy();
    const remote = connect(to, '127.0.0.1');
    remote.on('error', () => local.destroy());
    local.on('close', () => remote.destroy());
    remote.on('close', () => local.destroy());
    local.pipe(remote);
    let passed = 0;
    remote.on('data', (chunk) => {
      passed += chunk.length;
      local.write(chunk.subarray(0, mode === 'halfway' ? 2000 : chunk.length));
      if (mode === 'halfway' && passed > 2000) local.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dropAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      mode = 'refuse';
      dropAll();
    },
    cutHalfway: () => (mode = 'halfway'),
    mend: () => (mode = 'well'),
    close: async () => {
      dropAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
