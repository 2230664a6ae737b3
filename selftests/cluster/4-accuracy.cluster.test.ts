import { expect, test } from '@playwright/test';
import { outageWindow } from '../../lib/analysis/gaps.ts';
import { analyseLateness } from '../../lib/analysis/lateness.ts';
import { podOf, deployWorld, removeWorld } from '../../lib/run/world.ts';
import { OUTSIDE_CALLER, OUTSIDE_NAMESPACE } from '../../lib/run/workloads.ts';
import { openAgent } from '../../lib/probe/port-forward.ts';
import { exec } from '../../lib/support/exec.ts';
import { clusterOf, requireLab } from './lab.ts';

const RATE = 100;
const GAP_MS = 2000;
/** Below the first retransmission of a SYN (1 s, RFC 6298), so that a drop is a failed call. */
const DEADLINE_MS = 300;

test('an outage of exactly 2.000 s is measured within 2 probe intervals', async () => {
  const lab = requireLab();
  const west = clusterOf(lab, 'west');
  const target = clusterOf(lab, 'east').nodes.find(({ role }) => role === 'worker');
  if (!target) throw new Error('no worker in east');
  const inNode = (args: string[], input?: string) =>
    exec('docker', ['exec', '-i', target.container, ...args], {
      env: { DOCKER_HOST: lab.dockerHost },
      input: input ?? '',
    });
  const sources = west.nodes.map(({ address }) => `${address} timeout ${GAP_MS}ms`).join(', ');
  await deployWorld(lab, { run: 'accuracy', areas: [] });
  // The kernel forgets a set's element after its timeout: the gap is as long as it says, whoever is scheduled when.
  await inNode(
    ['nft', '-f', '-'],
    `table inet meshproof_gap {
    set silenced { type ipv4_addr; flags timeout; }
    chain arrival { type filter hook prerouting priority -300; policy accept; ip saddr @silenced drop; }
  }`,
  );
  try {
    const pod = await podOf(west, OUTSIDE_NAMESPACE, OUTSIDE_CALLER);
    await using agent = await openAgent(west.kube, OUTSIDE_NAMESPACE, pod.metadata?.name ?? '');
    const plan = await agent.start({
      target: { protocol: 'tcp-connect', host: target.address, port: 10_250 },
      ratePerSecond: RATE,
      count: RATE * 6,
      deadlineMs: DEADLINE_MS,
    });
    await plan.collect({ until: RATE, timeoutMs: 30_000 });
    await inNode(['nft', 'add', 'element', 'inet', 'meshproof_gap', 'silenced', `{ ${sources} }`]);
    const recording = await plan.collect({ until: 'complete', timeoutMs: 60_000 });
    const outage = outageWindow(recording, { goodWithinMs: DEADLINE_MS });
    const late = analyseLateness(recording.observations, 1000 / RATE);
    test
      .info()
      .annotations.push({ type: 'measured', description: JSON.stringify({ ...outage, lateness: late }) });
    expect(outage?.outageMs).toBeGreaterThanOrEqual(GAP_MS - (2 * 1000) / RATE);
    expect(outage?.outageMs).toBeLessThanOrEqual(GAP_MS + (2 * 1000) / RATE);
  } finally {
    await inNode(['nft', 'delete', 'table', 'inet', 'meshproof_gap']);
    await removeWorld(lab);
  }
});
