import type { LoadArm, LoadShape } from '../model/load.ts';
import type { ScriptPlan } from './scripts/plan.ts';
import { callsOf, during, peakOf, stagesOf } from './shape.ts';

/** One load: its sides are called in turns, so that what the machine does meanwhile meets all of them alike. */
export interface LoadPlan {
  arms: readonly LoadArm[];
  /** Of each arm, all its turns together. */
  shape: LoadShape;
  /** Turns of each arm; one when left out. A ramp, a spike or a soak is gone through in each turn. */
  turns?: number;
  /** Seconds after which a call has failed, 5 when left out. */
  timeoutSeconds?: number;
  /** `fresh` opens a connection for each call; WebSocket always does. */
  connection?: 'fresh' | 'pooled';
}

/** Before the calls that count: proxies open connections, and k6 its callers'. */
export const WARMUP_SECONDS = 3;
/** Calls a second on connections of their own, beside the load: what it costs to set one up. */
const CONNECTS_PER_SECOND = 5;
/** Order statistics that k6 is asked for, at most: an hour's load is then known to 0.01 % in rank. */
const MOST_POINTS = 10_000;
const TIMEOUT_SECONDS = 5;

/** Seconds from the start of k6 to the end of its last call. */
export function planSeconds({ arms, shape, timeoutSeconds = TIMEOUT_SECONDS }: LoadPlan): number {
  return WARMUP_SECONDS + arms.length * shape.seconds + timeoutSeconds;
}

/** Calls that each arm is to send. */
export function plannedCalls({ shape, turns = 1 }: LoadPlan): number {
  return turns * callsOf(during(shape, shape.seconds / turns));
}

/**
 * What the script is told: arms, and k6 scenarios one after another. Turns go to and fro (ABBA), so that a machine that
 * becomes slower all the time favours nobody. Pure.
 */
export function scriptPlan(plan: LoadPlan): ScriptPlan {
  const { timeoutSeconds = TIMEOUT_SECONDS, connection = 'pooled' } = plan;
  const turns = turnsOf(plan, connection);
  return {
    arms: plan.arms.map((arm) => ({ ...arm })),
    scenarios: {
      warmup: warmup(mostCallers(turns, timeoutSeconds)),
      ...Object.fromEntries(turns.map((turn) => [turn.name, scenario(turn, timeoutSeconds)])),
    },
    timeoutSeconds,
    connection,
    points: Math.min(MOST_POINTS, Math.max(2, plannedCalls(plan))),
  };
}

interface Turn {
  name: string;
  arm: number;
  phase: 'load' | 'connects';
  /** Seconds after the start of k6. */
  at: number;
  shape: LoadShape;
}

function turnsOf({ arms, shape, turns = 1 }: LoadPlan, connection: 'fresh' | 'pooled'): Turn[] {
  const seconds = shape.seconds / turns;
  return turnsInOrder(arms.length, turns).flatMap((arm, slot): Turn[] => {
    const at = WARMUP_SECONDS + slot * seconds;
    const load: Turn = { name: `load-${slot}`, arm, phase: 'load', at, shape: during(shape, seconds) };
    if (connection === 'fresh' || arms[arm]?.protocol === 'websocket') return [load];
    const connects = { kind: 'constant', ratePerSecond: CONNECTS_PER_SECOND, seconds } as const;
    return [load, { name: `connects-${slot}`, arm, phase: 'connects', at, shape: connects }];
  });
}

/** Indices of arms, turn by turn: 0 1 1 0 0 1 … */
export function turnsInOrder(arms: number, turns: number): number[] {
  const there = Array.from({ length: arms }, (_, index) => index);
  const back = there.toReversed();
  return Array.from({ length: turns }, (_, turn) => (turn % 2 === 0 ? there : back)).flat();
}

/** Each caller calls each side once: nobody has to connect, and no proxy either, once calls count. */
function warmup(vus: number) {
  const once = { executor: 'per-vu-iterations', exec: 'warmUp', vus, iterations: 1 } as const;
  return { ...once, maxDuration: `${WARMUP_SECONDS}s`, gracefulStop: '0s' };
}

/** The most callers that k6 takes from its pool at a time: those of a turn stay its own while last calls may go on. */
function mostCallers(turns: readonly Turn[], timeoutSeconds: number): number {
  const under = (time: number) =>
    turns.filter(({ at, shape }) => at <= time && time <= at + shape.seconds + timeoutSeconds);
  return Math.max(...turns.map(({ at }) => under(at).reduce((sum, { shape }) => sum + callersFor(shape), 0)));
}

/** As many callers as calls can be under way when every call takes a quarter of a second. */
function callersFor(shape: LoadShape): number {
  return Math.max(5, Math.ceil(peakOf(shape) / 4));
}

function scenario({ arm, phase, at, shape }: Turn, timeoutSeconds: number) {
  const common = {
    exec: 'callOnce',
    startTime: `${at}s`,
    timeUnit: '1s',
    preAllocatedVUs: callersFor(shape),
    // More are made up to the timeout: calls that wait must not hold back others.
    maxVUs: Math.max(20, Math.ceil(peakOf(shape) * timeoutSeconds)),
    gracefulStop: `${Math.ceil(timeoutSeconds)}s`,
    env: { ARM: String(arm), PHASE: phase },
    tags: { arm: String(arm), phase },
  };
  if (shape.kind === 'constant') {
    const { ratePerSecond: rate, seconds } = shape;
    return { executor: 'constant-arrival-rate', rate, duration: `${seconds}s`, ...common } as const;
  }
  const { startPerSecond: startRate, stages } = stagesOf(shape);
  return {
    executor: 'ramping-arrival-rate',
    startRate,
    stages: stages.map(({ target, seconds }) => ({ target, duration: `${seconds}s` })),
    ...common,
  } as const;
}
