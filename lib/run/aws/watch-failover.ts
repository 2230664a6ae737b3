import { isSettled, recordAnswered, type Turns } from '../../analysis/aws/dns-failover.ts';
import { callsOf } from '../../analysis/calls.ts';
import type { ActiveFault } from '../../fault/inject.ts';
import type { FailoverName } from '../../model/aws-dns.ts';
import type { Recording } from '../../model/call-plan.ts';
import type { AgentClient, RunningPlan } from '../../probe/client.ts';
import type { Clock } from '../../support/clock.ts';
import { MeshproofError } from '../../support/errors.ts';

/** How often each cluster asks, and how long it waits for an answer; as long as a plan of game days does. */
export interface AskingPace {
  ratePerSecond: number;
  deadlineMs: number;
}

/** A failover is known to half a second, and four lookups a second of two clusters are no load for a resolver. */
export const NAME_PACE: AskingPace = { ratePerSecond: 2, deadlineMs: 2000 };
/** Lookups in each cluster before anything is done, which must all lead to the primary. */
const STEADY = 6;
/** So many limits it is waited for: what is late is told from what never comes. */
const PATIENCE = 1.5;
const EVERY_MS = 500;

/** One cluster's agent, and the resolver that it asks: its pod's own when left out. */
export interface Asker {
  agent: AgentClient;
  server?: string;
}

/** Lookups that go on in every cluster. */
export interface Lookups {
  name: FailoverName;
  pace: AskingPace;
  running: readonly RunningPlan[];
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** How long there and back may take in all with this limit, milliseconds. */
export function longestFailoverMs({ ttlMs }: FailoverName, budgetMs: number): number {
  return 2 * (PATIENCE * budgetMs + ttlMs) + 60_000;
}

/** How long the fault itself may hold with this limit, milliseconds: what is beyond is left to its dead-man. */
export function longestHoldMs({ ttlMs }: FailoverName, budgetMs: number): number {
  return PATIENCE * budgetMs + ttlMs + 60_000;
}

/**
 * Starts lookups of a name in every cluster, and returns when all of the first ones led to the primary; `inconclusive` when
 * one did not: a failover on top of that would show nothing.
 */
export async function startLookups(
  askers: readonly Asker[],
  name: FailoverName,
  { clock, budgetMs, pace = NAME_PACE }: { clock: Clock; budgetMs: number; pace?: AskingPace },
): Promise<Lookups> {
  const count = Math.ceil((longestFailoverMs(name, budgetMs) / 1000) * pace.ratePerSecond);
  const startedAt = clock.now();
  const running = await Promise.all(
    askers.map(({ agent, server }) =>
      agent.start({
        // Absolute: the search path of a pod would only add questions.
        target: {
          protocol: 'dns-udp',
          name: `${name.name}.`,
          type: name.type,
          ...(server === undefined ? {} : { server }),
        },
        ...pace,
        count,
      }),
    ),
  );
  const lookups = { name, pace, running, startedAt };
  const first = await Promise.all(running.map((one) => one.collect({ until: STEADY, timeoutMs: 30_000 })));
  const unsteady = first.flatMap(({ caller, observations }) =>
    observations
      .filter((one) => recordAnswered(name, one) !== 'primary')
      .map(({ outcome, answers = [] }) => `${caller.cluster}: ${outcome} ${answers.join(', ')}`),
  );
  if (unsteady.length === 0) return lookups;
  await stopLookups(lookups);
  throw new MeshproofError(
    'inconclusive',
    `no steady state before the fault: ${name.name} did not lead to ${name.primary.cluster} (${[...new Set(unsteady)].join('; ')})`,
    { nextStep: 'meshproof aws check --only dns; see the suite dns for the resolvers' },
  );
}

/** Ends them; what was heard is lost. */
export async function stopLookups({ running }: Lookups): Promise<void> {
  await Promise.all(running.map((one) => one.remove()));
}

/**
 * Waits until every cluster hears the secondary and nothing else for a TTL, reverts the fault, and waits for the primary
 * likewise; gives up after one and a half limits each. Gives what was heard, and when the check turned: from the moment at
 * which AWS had accepted the call, and, back, from before the call.
 */
export async function watchFailover(
  lookups: Lookups,
  fault: Pick<ActiveFault, 'injectedAt' | 'revert'>,
  { clock, budgetMs }: { clock: Clock; budgetMs: number },
): Promise<Turns & { recordings: Recording[] }> {
  const { name } = lookups;
  const settled = async (role: 'primary' | 'secondary', since: number) => {
    const until = since + PATIENCE * budgetMs + name.ttlMs;
    for (;;) {
      await clock.sleep(EVERY_MS);
      const recordings = await collected(lookups, clock);
      const question = { role, since, windowMs: name.ttlMs };
      if (recordings.every((one) => isSettled(one, name, question))) return recordings;
      // Calls are known once their deadlines are over.
      if (recordings.every((one) => (callsOf([one]).at(-1)?.at ?? 0) >= until)) return recordings;
    }
  };
  const failAt = fault.injectedAt.to;
  await settled('secondary', failAt);
  const { startedAt: revertedAt } = await fault.revert();
  const recordings = await settled('primary', revertedAt);
  return { failAt, revertedAt, recordings };
}

/** All lookups whose deadline is over. */
function collected({ running, pace, startedAt }: Lookups, clock: Clock): Promise<Recording[]> {
  const past = clock.now() - startedAt - pace.deadlineMs - EVERY_MS;
  const until = Math.max(0, Math.floor((past / 1000) * pace.ratePerSecond));
  return Promise.all(running.map((one) => one.collect({ until, timeoutMs: 60_000 })));
}
