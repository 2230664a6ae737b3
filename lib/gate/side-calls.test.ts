import { expect, test } from '@playwright/test';
import { fakeLabOf } from '../../selftests/fake-lab.ts';
import { placeIn, syntheticRecording } from '../analysis/synthetic.ts';
import type { CallPlan, Recording } from '../model/call-plan.ts';
import type { AgentClient, RunningPlan } from '../probe/client.ts';
import type { AgentPool } from '../run/agents.ts';
import type { CallerRef } from '../run/backend.ts';
import type { StolenTime } from '../support/stolen-time.ts';
import { measureSides } from './side-calls.ts';

const shape = { ratePerSecond: 60, durationMs: 50, warmUpMs: 0 };
const stolen: Pick<StolenTime, 'worstBetween'> = { worstBetween: () => 0.5 };

/** Agents that answer every call from the cluster that was called, or whatever `answer` makes of it. */
function fakeAgents(answer: (recording: Recording, url: URL) => Recording = (recording) => recording) {
  const started: { caller: CallerRef; url: URL; plan: Omit<CallPlan, 'id'> }[] = [];
  let removed = 0;
  const agents = {
    agent: async (caller: CallerRef) =>
      ({
        start: async (plan: Omit<CallPlan, 'id'>) => {
          if (plan.target.protocol !== 'http') throw new Error('not asked for');
          const url = new URL(plan.target.url);
          started.push({ caller, url, plan });
          const cluster = url.hostname.replace(/^ledger-(.*)\.[^.]*$/, '$1');
          const recording = syntheticRecording({ seconds: 1, treat: () => ({ cluster }) });
          return {
            collect: async () => answer(recording, url),
            remove: async () => void removed++,
          } as unknown as RunningPlan;
        },
      }) as unknown as AgentClient,
  } as unknown as AgentPool;
  return { agents, started, removed: () => removed };
}

const options = (agents: AgentPool, signal = new AbortController().signal) => ({
  agents,
  stolen,
  sides: ['to', 'from'] as const,
  signal,
});

test('each caller of a side calls each cluster of its own side, and the rate is that of all of them together', async () => {
  const { agents, started, removed } = fakeAgents();
  const lab = fakeLabOf(['east', 'west', 'north']);
  const { from, to } = await measureSides(lab, shape, options(agents));
  expect(started).toHaveLength(2 * 9);
  expect(started[0]?.caller.namespace).toBe('meshproof-side-to');
  for (const { caller, url } of started) expect(url.hostname.endsWith(`.${caller.namespace}`)).toBe(true);
  const rate = (namespace: string, inCluster: boolean) =>
    started
      .filter(({ caller }) => caller.namespace === namespace)
      .filter(({ caller, url }) => url.hostname.startsWith(`ledger-${caller.cluster}.`) === inCluster)
      .reduce((sum, { plan }) => sum + plan.ratePerSecond, 0);
  for (const namespace of ['meshproof-side-from', 'meshproof-side-to']) {
    expect(rate(namespace, true)).toBeCloseTo(60);
    expect(rate(namespace, false)).toBeCloseTo(60);
  }
  expect(started.every(({ plan }) => plan.scattered === true)).toBe(true);
  expect(removed()).toBe(18);
  for (const one of [from, to]) {
    expect(one.conditions.stolenShare).toBe(0.5);
    expect(one.calls['errorRatio every path']).toEqual({ calls: 900, failed: 0 });
  }
});

test('what one side loses is its own loss', async () => {
  const { agents } = fakeAgents((recording, url) => {
    if (!url.hostname.includes('side-to')) return recording;
    const observations = recording.observations.map((each) => ({
      ...each,
      answeredBy: placeIn('elsewhere'),
    }));
    return { ...recording, observations };
  });
  const { from, to } = await measureSides(fakeLabOf(['east', 'west']), shape, options(agents));
  expect(from.calls['errorRatio every path']).toEqual({ calls: 400, failed: 0 });
  expect(to.calls['errorRatio every path']).toEqual({ calls: 400, failed: 400 });
});

test('an abort ends a round at once, and no agent goes on calling', async () => {
  const { agents, started, removed } = fakeAgents();
  const controller = new AbortController();
  const hour = { ...shape, durationMs: 3_600_000 };
  const round = measureSides(fakeLabOf(['east']), hour, options(agents, controller.signal));
  await expect.poll(() => started.length).toBe(2);
  controller.abort(new Error('Ctrl-C'));
  await expect(round).rejects.toThrow('Ctrl-C');
  expect(removed()).toBe(2);
});
