import { setTimeout as sleep } from 'node:timers/promises';
import type { Recording } from '../model/call-plan.ts';
import type { Side, SideOfRound } from '../model/comparison.ts';
import type { Lab } from '../model/lab.ts';
import type { RunningPlan } from '../probe/client.ts';
import type { AgentPool } from '../run/agents.ts';
import { SIDE_CALLER, SIDE_NAMESPACES } from '../run/areas/sides.ts';
import { HTTP_PORT, localService } from '../run/workloads.ts';
import type { StolenTime } from '../support/stolen-time.ts';
import { type SideRecording, SIDE_PATHS, sideOfRound } from './rounds.ts';

/** How a round is measured. */
export interface RoundShape {
  /** Calls a second of each side on each path, all clusters together. */
  ratePerSecond: number;
  /** How long a round calls, its warm-up included. */
  durationMs: number;
  /** Calls of this time at the beginning are not timed: they open connections. */
  warmUpMs: number;
}

/** Far above what any call takes; what takes longer has failed. */
const DEADLINE_MS = 5000;
/** For the results to come, after the last call has ended. */
const COLLECT_MS = 60_000;

interface SideCalls<S extends Side> {
  agents: AgentPool;
  stolen: Pick<StolenTime, 'worstBetween'>;
  sides: readonly S[];
  signal: AbortSignal;
  /** Is given every call of the round, by side. */
  onCalls?: (side: S, recordings: readonly Recording[]) => void;
}

interface Started {
  path: string;
  answeredIn: string;
  plan: RunningPlan;
}

/**
 * Calls these sides, the first of them first, and both at the same time, each call at a random moment of its interval: what disturbs one side then disturbs the other
 * as much (Bulej et al., Duet benchmarking, ICPE 2020). On two cores that were busy with other work, the standard deviation of
 * ln(p50 to / p50 from) of identical sides was 0.73 one side after the other (5 s each), 0.25 in turns of 1.25 s, 0.14 at the same
 * time, and 0.03 at the same time and scattered: evenly sent calls of several agents keep step, and wait for one another.
 */
export async function measureSides<S extends Side>(
  lab: Lab,
  { ratePerSecond, durationMs, warmUpMs }: RoundShape,
  { agents, stolen, sides, signal, onCalls }: SideCalls<S>,
): Promise<Record<S, SideOfRound>> {
  const begin = Date.now();
  const started = await Promise.all(
    sides.map(
      async (side) => [side, await startSide(lab, side, { ratePerSecond, durationMs, agents })] as const,
    ),
  );
  try {
    // Nobody asks for results meanwhile: that would take processors away from what is measured.
    await sleep(durationMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    const made = await Promise.all(
      started.map(async ([side, plans]) => [side, await Promise.all(plans.map(collected))] as const),
    );
    for (const [side, all] of made)
      onCalls?.(
        side,
        all.map(({ recording }) => recording),
      );
    const stolenShare = stolen.worstBetween(begin, Date.now());
    return Object.fromEntries(
      made.map(([side, recordings]) => [side, sideOfRound(recordings, { warmUpMs, stolenShare })]),
    ) as Record<S, SideOfRound>;
  } finally {
    await Promise.all(started.flatMap(([, plans]) => plans.map(({ plan }) => plan.remove())));
  }
}

async function startSide(
  { clusters }: Lab,
  side: Side,
  { ratePerSecond, durationMs, agents }: Omit<RoundShape, 'warmUpMs'> & { agents: AgentPool },
): Promise<Started[]> {
  const names = clusters.map(({ name }) => name);
  const pairs = names.flatMap((caller) => names.map((answeredIn) => ({ caller, answeredIn })));
  return Promise.all(
    pairs.map(async ({ caller, answeredIn }) => {
      const isInCluster = caller === answeredIn;
      const path = SIDE_PATHS[isInCluster ? 0 : 1];
      const sharers = isInCluster ? names.length : names.length * (names.length - 1);
      const rate = ratePerSecond / sharers;
      const namespace = SIDE_NAMESPACES[side];
      const agent = await agents.agent({ cluster: caller, namespace, workload: SIDE_CALLER });
      const url = `http://${localService(answeredIn)}.${namespace}:${HTTP_PORT}/`;
      const plan = await agent.start({
        target: { protocol: 'http', url, connection: 'pooled' },
        ratePerSecond: rate,
        scattered: true,
        count: Math.max(1, Math.floor((rate * durationMs) / 1000)),
        deadlineMs: DEADLINE_MS,
      });
      return { path, answeredIn, plan };
    }),
  );
}

async function collected({ plan, ...rest }: Started): Promise<SideRecording> {
  return {
    ...rest,
    recording: await plan.collect({ until: 'complete', timeoutMs: COLLECT_MS, clock: false }),
  };
}
