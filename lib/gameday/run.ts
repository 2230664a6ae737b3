import { formatDuration } from '../model/duration.ts';
import type { NodeClock } from '../model/invariants.ts';
import type { Lab } from '../model/lab.ts';
import { labBackend } from '../run/lab-backend.ts';
import { manifestWithoutSuites } from '../run/manifest.ts';
import { sweepLab } from '../run/sweep.ts';
import { MESH_NAMESPACE } from '../run/workloads.ts';
import { deployWorld } from '../run/world.ts';
import type { Backend } from '../run/backend.ts';
import { describeError, errorMessage, MeshproofError } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import type { Stages } from '../support/stages.ts';
import { watchStolenTime } from '../support/stolen-time.ts';
import { remoteAbort, trafficAborts } from './abort.ts';
import { readNodeClocks } from './clocks.ts';
import type { Control } from './control.ts';
import { type EventLog, eventLog, type GamedayEvent } from './events.ts';
import { createFaults, type Faults } from './faults.ts';
import { findingsOf, isSteady, STEADY_MS } from './judge.ts';
import type { LoadedScenario } from './load.ts';
import { areasFor, startProbe } from './probes.ts';
import type { RunningProbe } from './running.ts';
import { type Ended, type GamedayResult, resultOf, type TroubleKind } from './result.ts';
import { carryOut } from './steps.ts';
import { lookAround } from './surroundings.ts';
import { pairClocks } from './timing.ts';

/** Traffic before the first fault: enough for a p99 that means something. */
const BASELINE_MS = 8000;
const LOOK_EVERY_MS = 1000;
/** Whether faults still bite is asked less often than the traffic. */
const BITE_EVERY = 10;
/** A mesh that has just got new workloads may take so long to become steady; asked for once. */
const CONVERGE_MS = 60_000;

/** What a game day is run with. */
export interface GamedayOptions {
  loaded: LoadedScenario;
  control: Control;
  stages: Stages;
  log: Log;
  rehearse: boolean;
  allowLastCopy: boolean;
  onEvent: (event: GamedayEvent) => void;
  /** Called every second with the probes and the faults that hold. */
  onLook: (probes: readonly RunningProbe[], held: readonly string[]) => void;
  ask: (what: string) => Promise<void>;
  /** The log of events, as soon as there is one: people write into it too. */
  onStart: (events: EventLog) => void;
}

/**
 * One game day in a lab that this process holds: sweep, workloads, traffic, the steady state that the hypothesis starts from,
 * the steps under watch, everything reverted and steady again, clean-up. Gives the result also when it was halted; what was
 * injected is gone then, or the result is `broken`.
 */
export async function runGameday(lab: Lab, run: string, options: GamedayOptions): Promise<GamedayResult> {
  const { loaded, stages, log, rehearse } = options;
  const { scenario } = loaded;
  const events = eventLog(options.onEvent);
  options.onStart(events);
  await stages.run('sweep', () => sweepLab(lab, log));
  await stages.run('workloads', () => deployWorld(lab, { run, areas: areasFor(scenario.probes) }));
  const startedAt = Date.now();
  await using backend = labBackend({
    ...manifestWithoutSuites(lab, run, 'meshproof gameday'),
    tests: [],
    profile: 'extended',
    selection: { suites: [] },
  });
  const faults = createFaults({
    lab,
    run,
    events,
    allowAll: options.allowLastCopy,
    rehearse,
    lookAround: () => lookAround(backend, lab, scenario.probes),
    nodesOf: async (cluster, app) =>
      (await backend.pods(cluster, MESH_NAMESPACE, app)).map(({ node }) => node),
  });
  const probes: RunningProbe[] = [];
  const troubles: Ended['troubles'][number][] = [];
  let clocksBefore: NodeClock[] = [];
  let steadyFrom: number | undefined;
  using stolen = watchStolenTime();
  try {
    for (const probe of scenario.probes) probes.push(await startProbe(backend, lab, probe));
    // Before the steady state, which must not be disturbed by it.
    clocksBefore = await readNodeClocks(backend, lab);
    steadyFrom = await stages.run('steady state', () => baseline(probes, options, events), { speaks: true });
    using _watch = watch(probes, faults, options, events);
    events.add('phase', 'steps begin');
    await carryOut(scenario.steps, { control: options.control, faults, events, ask: options.ask });
  } catch (error) {
    const halted = options.control.aborted?.by === 'condition' || options.control.aborted?.by === 'person';
    if (!halted) {
      troubles.push({ kind: troubleOf(error), words: describeError(error) });
      events.add('trouble', errorMessage(error));
    }
  }
  for (const words of await faults.revertAll()) troubles.push({ kind: 'broken', words });
  const injected = faults.records.some(({ injectedAt }) => injectedAt !== undefined);
  if (injected) {
    events.add('phase', 'everything is reverted');
    await stages
      .run('steady again', () => recovered(backend, probes, faults, options), { speaks: true })
      .catch((error: unknown) => events.add('trouble', errorMessage(error)));
    await faults.settle();
  }
  for (const probe of probes) {
    await probe
      .finish()
      .catch((error: unknown) =>
        troubles.push({ kind: 'inconclusive', words: `${probe.probe.name}: ${errorMessage(error)}` }),
      );
  }
  const recordings = new Map(probes.map((probe) => [probe.probe.name, probe.recording()]));
  const clocks = pairClocks(
    clocksBefore,
    clocksBefore.length === 0 ? [] : await readNodeClocks(backend, lab),
  );
  await stages
    .run('clean-up', () => sweepLab(lab, log))
    .catch((error: unknown) => troubles.push({ kind: 'broken', words: describeError(error) }));
  return resultOf({
    loaded,
    lab,
    run,
    startedAt,
    rehearse,
    events: events.all,
    faults: faults.records,
    recordings,
    clocks,
    steadyFrom,
    gateways: backend.driver.discovery?.gateways,
    troubles,
    aborted: options.control.aborted,
    stolen: stolen.words(),
  });
}

function troubleOf(error: unknown): TroubleKind {
  const kind = error instanceof MeshproofError ? error.kind : 'bug';
  if (kind === 'not-applicable') return kind;
  return kind === 'environment' || kind === 'bug' ? 'broken' : 'inconclusive';
}

/** Waits until the probes show the state that the hypothesis starts from, and gives its beginning; an `inconclusive` error when they do not. */
async function baseline(
  probes: readonly RunningProbe[],
  { control, onLook }: GamedayOptions,
  events: EventLog,
): Promise<number> {
  const from = Date.now();
  for (;;) {
    await control.wait(LOOK_EVERY_MS);
    const late = await Promise.all(probes.map((probe) => probe.look()));
    onLook(probes, []);
    const unsteady = probes.flatMap((probe, index) => {
      const { observations } = probe.recording();
      const wanted = Math.floor((BASELINE_MS / 1000) * probe.probe.rate);
      if (observations.length < wanted) return [`${probe.probe.name}: ${late[index] ?? 'too few calls yet'}`];
      const recent = { ...probe.recording(), observations: observations.slice(-wanted) };
      const { before } = findingsOf(probe.probe, recent, { faultsAt: [], revertedAt: undefined });
      return isSteady(before, probe.probe)
        ? []
        : [
            `${probe.probe.name}: ${(100 * before.errorRatio).toFixed(2)} % errors, p99 ${Math.round(before.p99Ms ?? 0)} ms`,
          ];
    });
    if (unsteady.length === 0) break;
    if (Date.now() - from < BASELINE_MS + CONVERGE_MS) continue;
    throw new MeshproofError('inconclusive', `no steady state to start from: ${unsteady.join('; ')}`, {
      nextStep: 'meshproof verify --suite discovery says what is wrong; nothing was injected',
    });
  }
  events.add('phase', `steady state seen after ${formatDuration(Date.now() - from)}`);
  return Date.now() - BASELINE_MS;
}

/** Looks at traffic, health and faults every second until disposed; what calls for a halt aborts. */
function watch(
  probes: readonly RunningProbe[],
  faults: Faults,
  { loaded, control, onLook }: GamedayOptions,
  events: EventLog,
): Disposable {
  const remote = loaded.scenario.abort.flatMap((condition) => remoteAbort(condition) ?? []);
  let round = 0;
  let looking = false;
  const halt = (reason: string | undefined) => {
    if (reason === undefined || control.aborted) return;
    events.add('abort', reason);
    control.abort({ by: 'condition', reason });
  };
  const look = async () => {
    if (looking) return;
    looking = true;
    round += 1;
    try {
      await Promise.all(probes.map((probe) => probe.look()));
      onLook(probes, faults.held());
      const seen = probes.map(({ probe, recording }) => ({ probe: probe.name, recording: recording() }));
      const newest = Math.max(
        ...seen.flatMap(({ recording }) => recording.observations.at(-1)?.endedAt ?? 0),
      );
      for (const condition of loaded.scenario.abort) halt(trafficAborts(condition, seen, newest));
      for (const ask of remote)
        halt(await ask().catch((error: unknown) => `a health check failed: ${errorMessage(error)}`));
      if (round % BITE_EVERY === 0) await faults.watch();
    } catch (error) {
      halt(errorMessage(error));
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Waits until workloads and mesh are ready and the probes have been steady for a while; throws when that takes too long. */
async function recovered(
  backend: Backend,
  probes: readonly RunningProbe[],
  faults: Faults,
  { loaded, onLook }: GamedayOptions,
) {
  const from = Date.now();
  const { recoverWithin } = loaded.scenario;
  await backend.steady(recoverWithin);
  const revertedAt = Math.max(0, ...faults.records.map((one) => one.revertedAt ?? 0));
  for (;;) {
    await Promise.all(probes.map((probe) => probe.look()));
    onLook(probes, []);
    const steady = probes.every(({ probe, recording }) => {
      const { after, recoveryMs } = findingsOf(probe, recording(), { faultsAt: [from], revertedAt });
      const end = recording().observations.at(-1)?.intendedAt ?? 0;
      return recoveryMs !== undefined && end - from > 2 * STEADY_MS && isSteady(after, probe);
    });
    if (steady) return;
    if (Date.now() - from > recoverWithin)
      throw new MeshproofError(
        'violation',
        `not steady again ${formatDuration(recoverWithin)} after the last revert`,
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
