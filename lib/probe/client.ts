import { randomUUID } from 'node:crypto';
import type { CallPlan, CallTarget, Recording } from '../model/call-plan.ts';
import type { Observation, Place } from '../model/observation.ts';
import { MeshproofError } from '../support/errors.ts';
import { type Channel, type ControlApi, controlApi, persistently } from './channel.ts';
import { type ClockReading, readClock } from './clock-offset.ts';
import type { AgentInfo, PlanPage } from './wire.ts';

/** Default limit for what should take one round trip: a channel may need to be opened anew meanwhile. */
const START_TIMEOUT_MS = 30_000;
/** Pauses between looks at a plan that runs: short for a few calls, longer for a stream. */
const POLL_MS = { first: 20, longest: 160 };

interface CallOptions {
  /** Default 1. */
  count?: number;
  /** Default 10. */
  ratePerSecond?: number;
  /** Default 2000. */
  deadlineMs?: number;
}

interface CollectOptions {
  /** All calls, or all up to and including this sequence number. */
  until: 'complete' | number;
  /** Past it, collecting fails; what came so far stays in `recording()`. */
  timeoutMs: number;
  /** False where nobody asks when anything happened: spares five round trips. Default true. */
  clock?: boolean;
}

/** A plan that an agent carries out. It goes on without the channel. */
export interface RunningPlan {
  plan: CallPlan;
  /**
   * Fetches observations, again after a lost channel from where it stopped. Every observation comes once, in the
   * order of its sequence number, without a hole. Throws an `environment` error after `timeoutMs`, or when
   * the agent lost the plan because it was restarted.
   */
  collect(options: CollectOptions): Promise<Recording>;
  /** What was collected so far. */
  recording(): Recording;
  /** Stops the plan and frees its results in the agent. */
  remove(): Promise<void>;
}

/** One agent, seen from the run. */
export interface AgentClient extends AsyncDisposable {
  place: Place;
  /** Sends a plan; `id` is made up when left out. Throws a `bug` error when the agent refuses it. */
  start(plan: Omit<CallPlan, 'id'> & { id?: string }): Promise<RunningPlan>;
  /** A few calls, collected and removed again. */
  call(target: CallTarget, options?: CallOptions): Promise<Recording>;
  /** The agent's clock minus ours. */
  clock(): Promise<ClockReading>;
  info(): Promise<AgentInfo>;
  close(): Promise<void>;
}

/** Connects to the agent behind a channel; throws an `environment` error when it does not answer within 30 s. */
export async function connectAgent(channel: Channel): Promise<AgentClient> {
  const api = controlApi(channel);
  const soon = () => Date.now() + START_TIMEOUT_MS;
  const info = () => persistently(() => api.send<AgentInfo>('GET', '/info'), soon());
  const close = async () => {
    api.close();
    await channel.close();
  };
  const { place } = await info().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const start: AgentClient['start'] = async (given) => {
    const plan: CallPlan = { ...given, id: given.id ?? `plan-${randomUUID()}` };
    await persistently(() => api.send('POST', '/plans', plan), soon());
    return runningPlan(api, plan, place);
  };
  return {
    place,
    start,
    call: (target, options = {}) => callAndCollect(start, target, options),
    clock: () => readClock(api),
    info,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function callAndCollect(
  start: AgentClient['start'],
  target: CallTarget,
  options: CallOptions,
): Promise<Recording> {
  const { count = 1, ratePerSecond = 10, deadlineMs = 2000 } = options;
  const running = await start({ target, count, ratePerSecond, deadlineMs });
  try {
    const timeoutMs = (count * 1000) / ratePerSecond + deadlineMs + START_TIMEOUT_MS;
    return await running.collect({ until: 'complete', timeoutMs });
  } finally {
    await running.remove();
  }
}

function runningPlan(api: ControlApi, plan: CallPlan, caller: Place): RunningPlan {
  const path = `/plans/${encodeURIComponent(plan.id)}`;
  const observations: Observation[] = [];
  let clock: ClockReading | undefined;
  const recording = (): Recording => ({
    plan,
    caller,
    observations: [...observations],
    complete: observations.length === plan.count,
    clockOffsetMs: clock?.offsetMs ?? 0,
    clockUncertaintyMs: clock?.uncertaintyMs ?? Number.POSITIVE_INFINITY,
  });
  const fetchMore = async (untilMs: number): Promise<void> => {
    const from = observations.length;
    const page = await persistently(() => api.send<PlanPage>('GET', `${path}?from=${from}`), untilMs);
    for (const observation of page.observations) {
      if (observation.sequence === observations.length) observations.push(observation);
    }
  };
  return {
    plan,
    recording,
    collect: async ({ until, timeoutMs, clock: timed = true }) => {
      const untilMs = Date.now() + timeoutMs;
      const wanted = until === 'complete' ? plan.count : Math.min(plan.count, until + 1);
      for (let pause = POLL_MS.first; ; pause = Math.min(pause * 2, POLL_MS.longest)) {
        await fetchMore(untilMs);
        if (observations.length >= wanted) break;
        if (Date.now() >= untilMs) throw late(plan, observations.length, wanted, timeoutMs);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      if (!timed) return recording();
      clock = await persistently(() => readClock(api), Date.now() + START_TIMEOUT_MS).catch(
        (error: unknown) => {
          if (!clock) throw error;
          return clock;
        },
      );
      return recording();
    },
    remove: async () => {
      await persistently(() => api.send('DELETE', path), Date.now() + START_TIMEOUT_MS);
    },
  };
}

function late(plan: CallPlan, have: number, wanted: number, timeoutMs: number): MeshproofError {
  const message = `${plan.id}: ${have} of ${wanted} calls had ended after ${timeoutMs} ms`;
  return new MeshproofError('environment', message, {
    nextStep: 'give collect more time than count / ratePerSecond + deadlineMs',
    facts: { plan: plan.id, have, wanted },
  });
}
