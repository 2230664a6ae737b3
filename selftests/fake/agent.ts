import type { CallPlan, CallTarget, Recording } from '../../lib/model/call-plan.ts';
import type { CertificateSeen, Observation } from '../../lib/model/observation.ts';
import { checkPlan } from '../../lib/probe/agent/plan-input.ts';
import type { AgentClient, RunningPlan } from '../../lib/probe/client.ts';
import { AGENT_PORTS } from '../../lib/probe/wire.ts';
import { MeshproofError } from '../../lib/support/errors.ts';
import { endingOf } from './calls.ts';
import { isPlanted } from './defects.ts';
import type { FakePod, FakeWorld } from './world.ts';

/** Time between a plan's acceptance and its first call, as in the real agent. */
const LEAD_MS = 20;
const LATE_MS = 300;
/** Longer than the tightest limit of a failover, which it then hides. */
const VERY_LATE_MS = 2500;

/** Gives each plan a number; chains are made before the first call, since making one takes real time. */
export interface AgentTools {
  nextSample(): number;
  chainShown(target: Extract<CallTarget, { protocol: 'tls' }>): Promise<CertificateSeen[]>;
}

/** An agent of the fake world. Its calls are worked out when they are collected. */
export function fakeAgent(world: FakeWorld, caller: FakePod, tools: AgentTools): AgentClient {
  const close = async () => {};
  const start: AgentClient['start'] = async (given) => {
    const sample = tools.nextSample();
    const plan = checkPlan({ ...given, id: given.id ?? `plan-${sample}` });
    const { target } = plan;
    // With a request the TLS is the agents' own, and passes through.
    const chain = target.protocol === 'tls' && target.request !== true ? await tools.chainShown(target) : [];
    return runningPlan(world, { caller, plan, sample, chain });
  };
  return {
    place: caller.place,
    start,
    call: async (target, { count = 1, ratePerSecond = 10, deadlineMs = 2000 } = {}) => {
      const running = await start({ target, count, ratePerSecond, deadlineMs });
      return running.collect({ until: 'complete', timeoutMs: 600_000 });
    },
    clock: async () => ({
      offsetMs: isPlanted('clock-ahead') && caller.node.endsWith('-worker') ? 250 : 0,
      uncertaintyMs: isPlanted('clocks-coarse') ? 80 : 1,
    }),
    info: async () => ({
      place: caller.place,
      instance: 'fake',
      node: 'fake',
      plans: [],
      ports: AGENT_PORTS,
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Carrying {
  caller: FakePod;
  plan: CallPlan;
  sample: number;
  chain: CertificateSeen[];
}

function runningPlan(world: FakeWorld, carrying: Carrying): RunningPlan {
  const { plan, caller } = carrying;
  const startAt = world.clock.now() + LEAD_MS;
  const observations: Observation[] = [];
  const observe = (sequence: number) => observation(world, carrying, sequence, startAt);
  const recording = (): Recording => ({
    plan,
    caller: caller.place,
    observations: [...observations],
    complete: observations.length === plan.count,
    clockOffsetMs: 0,
    clockUncertaintyMs: 1,
  });
  return {
    plan,
    recording,
    collect: async ({ until, timeoutMs }) => {
      const { clock } = world;
      const giveUpAt = clock.now() + timeoutMs;
      const wanted = until === 'complete' ? plan.count : Math.min(plan.count, until + 1);
      const wantedAt = Array.from({ length: Math.max(0, wanted - observations.length) }, (_, index) =>
        Math.ceil(observe(observations.length + index).endedAt),
      );
      await clock.sleepUntil(Math.min(giveUpAt, Math.max(clock.now(), ...wantedAt)));
      while (observations.length < plan.count) {
        const next = observe(observations.length);
        // What has not ended may still end otherwise: a fault can come in between.
        if (next.endedAt > clock.now()) break;
        observations.push(next);
      }
      if (observations.length >= wanted) return recording();
      throw new MeshproofError(
        'environment',
        `${plan.id}: ${observations.length} of ${wanted} calls had ended`,
      );
    },
    remove: async () => {},
  };
}

function observation(world: FakeWorld, carrying: Carrying, sequence: number, startAt: number): Observation {
  const intendedAt = startAt + (sequence * 1000) / carrying.plan.ratePerSecond;
  const sentAt = intendedAt + latenessMs();
  const { latencyMs, ...result } = endingOf(world, { ...carrying, sequence, at: sentAt });
  return { sequence, intendedAt, sentAt, endedAt: sentAt + latencyMs, ...result };
}

function latenessMs(): number {
  if (isPlanted('agent-late')) return VERY_LATE_MS;
  return isPlanted('busy-machine') ? LATE_MS : 0;
}
