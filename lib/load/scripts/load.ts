import exec from 'k6/execution';
import type { Options } from 'k6/options';
import { droppedThresholds, figuresOf, metricsOf, statistics, type Summary } from './figures.ts';
import { grpcCaller } from './grpc.ts';
import { httpCall } from './http.ts';
import type { Arm, Outcome, ScriptPlan } from './plan.ts';
import { webSocketCall } from './websocket.ts';

/**
 * Calls each side of `plan.json` (lib/load/script-plan.ts) as its scenarios say, and prints one line:
 * `MESHPROOF_LOAD {…}`. It judges nothing; why calls failed stands in lines of their own, `MESHPROOF_FAILED …`.
 */
const plan = JSON.parse(open('./plan.json')) as ScriptPlan;

/** Of k6; @types/k6 leaves it to the DOM. */
declare const console: { warn(text: string): void };

/** A caller tells so many failures; more say nothing new. */
const MOST_TOLD = 2;

export const options: Options = {
  scenarios: plan.scenarios,
  noConnectionReuse: plan.connection === 'fresh',
  // The agents' own certificates are made when they start; whom one talks to is told by the answer.
  insecureSkipTLSVerify: true,
  summaryTrendStats: statistics(plan.points),
  thresholds: droppedThresholds(plan.arms.length),
};

const sides = plan.arms.map((arm, index) => ({
  arm,
  metrics: metricsOf(index),
  ...(arm.protocol === 'grpc' ? { grpc: grpcCaller(arm) } : {}),
}));
let told = 0;

/** One call of the side and in the phase that its scenario names. */
export function callOnce(): void {
  const phase = __ENV['PHASE'] === 'connects' ? 'connects' : 'load';
  const side = sides[Number(__ENV['ARM'])];
  if (!side) return exec.test.abort(`no arm ${__ENV['ARM']}`);
  send(side, plan.connection === 'fresh' || phase === 'connects', (outcome) => {
    if (outcome.failure !== undefined && (told += 1) <= MOST_TOLD)
      console.warn(`MESHPROOF_FAILED ${JSON.stringify([side.arm.name, outcome.failure])}`);
    side.metrics.add(outcome, phase);
  });
}

/** Calls every side once, which counts for nothing. */
export function warmUp(): void {
  for (const side of sides) send(side, plan.connection === 'fresh', () => {});
}

function send(
  { arm, grpc }: { arm: Arm; grpc?: ReturnType<typeof grpcCaller> },
  fresh: boolean,
  done: (outcome: Outcome) => void,
): void {
  if (grpc) done(grpc.call(plan, fresh));
  else if (arm.protocol === 'websocket') webSocketCall(arm, plan, done);
  else done(httpCall(arm, plan, fresh));
}

export function handleSummary(data: Summary): Record<string, string> {
  const startedAt = Date.now() - data.state.testRunDurationMs;
  return { stdout: `MESHPROOF_LOAD ${JSON.stringify({ startedAt, arms: figuresOf(data, plan) })}\n` };
}
