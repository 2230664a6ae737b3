import type { CallPlan } from '../../model/call-plan.ts';
import type { StolenTime } from '../../support/stolen-time.ts';
import { AGENT_LIMITS, type PlanPage } from '../wire.ts';
import { openCaller } from './call/caller.ts';
import { type CallResult, failure } from './call/outcome.ts';
import { now } from './clock.ts';
import { wasHeldUp } from './held-up.ts';
import { sendOpenLoop } from './open-loop.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { PlanRefused } from './refused.ts';

/** The plans of one agent, with their results until deleted. */
export interface PlanStore {
  /** Starts a plan. The same plan again is no error and starts nothing. Throws {@link PlanRefused}. */
  start(plan: CallPlan): void;
  page(id: string, from: number): PlanPage | undefined;
  remove(id: string): boolean;
  ids(): string[];
  stop(): void;
}

interface Running {
  plan: CallPlan;
  recorder: Recorder;
  /** All calls before this one have ended. */
  settled: number;
  stop(): void;
}

/** `stolen` is of this machine, on the clock of `now`. */
export function createPlanStore(stolen: Pick<StolenTime, 'worstBetween'>): PlanStore {
  const running = new Map<string, Running>();
  return {
    start(plan) {
      const known = running.get(plan.id);
      if (known) return refuseOther(known.plan, plan);
      const kept = [...running.values()].reduce((sum, each) => sum + each.plan.count, 0);
      if (kept + plan.count > AGENT_LIMITS.observations) {
        const limit = AGENT_LIMITS.observations;
        throw new PlanRefused(507, `results of ${kept} calls are kept, ${limit} at most: delete plans first`);
      }
      running.set(plan.id, run(plan, stolen));
    },
    page: (id, from) => pageOf(running.get(id), from),
    remove(id) {
      running.get(id)?.stop();
      return running.delete(id);
    },
    ids: () => [...running.keys()],
    stop() {
      for (const each of running.values()) each.stop();
    },
  };
}

function refuseOther(known: CallPlan, plan: CallPlan): void {
  if (JSON.stringify(known) === JSON.stringify(plan)) return;
  throw new PlanRefused(409, `another plan has the id ${plan.id}`);
}

function run(plan: CallPlan, stolen: Pick<StolenTime, 'worstBetween'>): Running {
  const caller = openCaller(plan.target);
  const recorder = createRecorder(plan.count);
  const stop = sendOpenLoop(plan, now, async (sequence, intendedAt) => {
    const sentAt = now();
    const deadlineAt = intendedAt + plan.deadlineMs;
    const result =
      sentAt >= deadlineAt
        ? {
            outcome: 'deadline' as const,
            detail: 'agent: not sent, its turn came too late',
            agentFault: true,
          }
        : await caller.send(deadlineAt).catch(agentFailed);
    const times = { intendedAt, sentAt, endedAt: now() };
    const held = wasHeldUp(times, result.outcome, stolen) ? { heldUp: true } : {};
    recorder.put({ sequence, ...times, ...result, ...held });
    while (state.settled < plan.count && recorder.has(state.settled)) state.settled++;
    if (state.settled === plan.count) caller.close();
  });
  const state: Running = {
    plan,
    recorder,
    settled: 0,
    stop: () => {
      stop();
      caller.close();
    },
  };
  return state;
}

/** A call that the agent's own code broke must not end the agent, whose results would be lost. */
function agentFailed(error: unknown): CallResult {
  return { ...failure(error, 'lookup'), agentFault: true };
}

function pageOf(running: Running | undefined, from: number): PlanPage | undefined {
  if (!running) return undefined;
  const { settled, plan } = running;
  const next = Math.max(from, Math.min(settled, from + AGENT_LIMITS.page));
  const observations = running.recorder.read(from, next);
  return { observations, next, complete: settled === plan.count, count: plan.count };
}
