import { join } from 'node:path';
import type { Side } from '../model/comparison.ts';
import type { GateEvidence, GateFinding, TrafficEvidence, TrafficPhase } from '../model/gate.ts';
import type { Lab } from '../model/lab.ts';
import type { PlannedTest } from '../model/run.ts';
import type { UpgradeStep } from '../model/upgrade.ts';
import type { Changes } from '../run/changes.ts';
import { runningProxies } from '../run/mesh-change.ts';
import { takeStep } from '../run/upgrade.ts';
import { verifyLab } from '../run/verify.ts';
import { watchUpgrade } from '../run/watch-upgrade.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../run/workloads.ts';
import { deployWorld } from '../run/world.ts';
import { describeError, errorMessage } from '../support/errors.ts';
import { createStages } from '../support/stages.ts';
import { droppedCalls, type StepTime } from './dropped.ts';
import { endedPods } from './lives.ts';
import type { GateOptions } from './options.ts';
import { startTraffic } from './traffic.ts';
import { stepWords } from './upgrade-plan.ts';

/** What the parts of a gate work with, and add to. */
export interface Parts {
  run: string;
  tests: PlannedTest[];
  found: GateEvidence;
  changes: Changes;
  options: GateOptions;
}

/** Holds one side to its promises, faults among them; the other parts' changes of the mesh stay. */
export async function conformance(
  lab: Lab,
  side: Side,
  { run, tests, found, options }: Parts,
): Promise<void> {
  const { grep: _grep, ...rest } = options;
  const { log, stages, seed } = rest;
  const versions = await proxyVersions(lab);
  const asIs = { ...lab, images: { ...lab.images, versions: { ...lab.images.versions, ...versions } } };
  const { verdict } = await stages.run(
    `conformance of ${side === 'from' ? 'what runs now' : 'the candidate'} (${tests.length} tests)`,
    () =>
      verifyLab(asIs, `${run}-${side}`, tests, {
        ...rest,
        stages: createStages(log),
        suites: [],
        callers: [],
        seed,
        output: join(options.output, side),
        // A gate has a history of its own.
        history: undefined,
        spared: run,
      }),
    { speaks: true },
  );
  found[side].conformance = verdict;
}

/** What proxies say that they run, as reports have it. */
async function proxyVersions(lab: Lab): Promise<Record<string, string>> {
  const proxies = (await Promise.all(lab.clusters.map(({ name }) => runningProxies(lab, name)))).flat();
  const versions = [...new Set(proxies.map(({ version }) => version))].sort();
  return versions.length === 0 ? {} : { envoy: versions.join(', ') };
}

/** A step of an upgrade was begun, and did not come to its end. */
export class StepFailed extends Error {}

/**
 * Takes steps while calls are made on every path, and keeps what was lost. Where a step fails, what was lost until then is kept,
 * and a `StepFailed` thrown.
 */
export async function underTraffic(
  lab: Lab,
  phase: TrafficPhase,
  steps: readonly UpgradeStep[],
  { run, found, changes, options }: Parts,
): Promise<void> {
  const { log, stages, signal } = options;
  const times: StepTime[] = [];
  const words = phase === 'upgrade' ? 'upgrade' : 'way back';
  await stages.run(`workloads for the ${words}`, () => deployWorld(lab, { run, areas: [], graceful: true }));
  await stages.run(`${words} under calls`, async () => {
    await using watch = await watchUpgrade(lab);
    await using traffic = await startTraffic(lab);
    let failed: { error: unknown } | undefined;
    try {
      for (const step of steps) {
        signal.throwIfAborted();
        log.info(`${phase}: ${stepWords(step)}`);
        const time = { words: stepWords(step), startedAt: Date.now(), endedAt: Number.POSITIVE_INFINITY };
        times.push(time);
        await takeStep(lab, changes, step, {
          log,
          signal,
          around: ({ namespace, name }, restart) =>
            namespace === MESH_NAMESPACE && name === MESH_CALLER
              ? traffic.without(step.cluster, restart)
              : restart(),
        });
        time.endedAt = Date.now();
      }
    } catch (error) {
      failed = { error };
    }
    signal.throwIfAborted();
    const recordings = await traffic.end();
    const record = watch.record();
    for (const unread of record.unread) log.warn(unread);
    const calls = recordings.reduce((sum, { recording }) => sum + recording.observations.length, 0);
    const dropped = recordings.flatMap(({ path: { words, service, port }, recording }) =>
      droppedCalls(recording, {
        phase,
        path: words,
        steps: times,
        watched: { service, port, record, clusters: lab.clusters },
      }),
    );
    const evidence: TrafficEvidence = found.traffic ?? { phases: [], dropped: [] };
    evidence.phases.push({ phase, calls, ended: endedPods(record.events, MESH_CALLER) });
    evidence.dropped.push(...dropped.toSorted((a, b) => (a.at < b.at ? -1 : 1)));
    found.traffic = evidence;
    log.info(`${phase}: ${calls} calls, ${dropped.length} lost`);
    if (failed) throw new StepFailed(errorMessage(failed.error), { cause: failed.error });
  });
}

/** Takes steps while nobody calls; throws a `StepFailed` for one that fails. */
export async function inSilence(
  lab: Lab,
  what: string,
  steps: readonly UpgradeStep[],
  { changes, options: { log, signal, stages } }: Parts,
): Promise<void> {
  await stages.run(what, async () => {
    for (const step of steps) {
      log.info(stepWords(step));
      await takeStep(lab, changes, step, { log, signal }).catch((cause: unknown) => {
        throw new StepFailed(errorMessage(cause), { cause });
      });
    }
  });
}

/** What was not shown because something failed that is not the mesh. */
export function brokenBy(error: unknown): GateFinding {
  return { source: 'environment', weight: 'broken', words: describeError(error) };
}

/** What was left out on purpose: a reader of the decision must know it. */
export function leftOut({ found, tests, options: { skip, grep } }: Parts): void {
  const say = (weight: GateFinding['weight'], words: string) =>
    found.findings.push({ source: 'evidence', weight, words });
  if (grep !== undefined)
    say('note', `of all promises ${tests.length} were checked, those that match ${grep}`);
  // GO takes every part, also one that leaves no evidence behind.
  for (const part of skip) say('unsettled', `${part} was left out on request`);
}
