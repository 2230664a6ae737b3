import { join } from 'node:path';
import type { Environment } from '../model/environment.ts';
import type {
  GateEvidence,
  GateFinding,
  GateResult,
  GateWaiver,
  TrafficEvidence,
  TrafficPhase,
} from '../model/gate.ts';
import type { Lab } from '../model/lab.ts';
import type { PlannedTest, Profile } from '../model/run.ts';
import type { MeshSettings, MeshSide, UpgradeStep } from '../model/upgrade.ts';
import type { RunVerdict } from '../model/verdict.ts';
import { type Changes, openChanges } from '../run/changes.ts';
import { runningProxies } from '../run/mesh-change.ts';
import { settingsOf } from '../run/mesh-settings.ts';
import { sweepLab } from '../run/sweep.ts';
import { knownTests, select } from '../run/test-list.ts';
import { takeStep } from '../run/upgrade.ts';
import { type UseOptions, useEnvironment } from '../run/use-environment.ts';
import { watchUpgrade } from '../run/watch-upgrade.ts';
import { verifyLab } from '../run/verify.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../run/workloads.ts';
import { deployWorld } from '../run/world.ts';
import { describeError } from '../support/errors.ts';
import { createStages } from '../support/stages.ts';
import { keepBaseline, readBaselines } from './baselines.ts';
import { decideGate } from './decision.ts';
import { preflight } from './preflight.ts';
import { droppedCalls, type StepTime } from './dropped.ts';
import { failoversOf } from './failovers.ts';
import { growthFindings } from './costs.ts';
import { compareSideBySide } from './side-by-side.ts';
import { watchGrowth } from './side-growth.ts';
import { sideLabel } from './sides.ts';
import { startTraffic } from './traffic.ts';
import { planUpgrade, stepWords } from './upgrade-plan.ts';
import { writeGate } from './write.ts';

export interface GateOptions extends UseOptions {
  from: MeshSide;
  to: MeshSide;
  command: string;
  seed: number;
  /** Tests of a conformance run that run side by side. */
  workers: number;
  /** Promises that both sides are held to; the suite `failover` is always among them. */
  profile: Profile;
  /** Folder of the decision and of both conformance reports, absolute. */
  output: string;
  progress: 'inherit' | 'stderr';
  waivers: readonly GateWaiver[];
  /** Ends with the first finding against the candidate. */
  failFast: boolean;
  /** Folder that is kept over gates, for what runs now as it was; absolute. */
  history?: string | undefined;
}

/** The decision, and where it is written down. */
export interface Gated {
  result: GateResult;
  files: ReturnType<typeof writeGate>;
}

/**
 * May the candidate be rolled out? Both sides in turn in one environment: conformance and the same faults, upgrade and rollback
 * under calls, latencies side by side. The mesh is given back as it was installed, whatever happens. A step that fails is a
 * finding, and what was found before is kept.
 */
export async function gate(environment: Environment, options: GateOptions): Promise<Gated> {
  const known = await knownTests();
  const tests = [
    ...new Set([
      ...select(known, { suites: [], profile: options.profile }),
      ...select(known, { suites: ['failover'], profile: 'extended' }),
    ]),
  ];
  return useEnvironment(environment, options, (lab, run) => gateLab(lab, run, tests, options));
}

async function gateLab(lab: Lab, run: string, tests: PlannedTest[], options: GateOptions): Promise<Gated> {
  const { log, stages, signal } = options;
  const startedAt = new Date().toISOString();
  const found = evidenceOf(run, startedAt, options);
  const changes = openChanges(lab, run);
  await stages.run('sweep', () => sweepLab(lab, log));
  try {
    await eachPart(lab, { run, tests, found, changes, options });
  } catch (error) {
    if (!(error instanceof Decided)) found.findings.push(brokenBy(error));
    if (!(error instanceof Decided)) log.warn(describeError(error));
  }
  if (signal.aborted) found.findings.push(brokenBy(new Error('the gate was interrupted')));
  try {
    await stages.run('clean-up', () => sweepLab(lab, log));
  } catch (error) {
    found.findings.push(brokenBy(error));
  }
  found.endedAt = new Date().toISOString();
  const { history } = options;
  if (history !== undefined) found.earlier = readBaselines(history, lab.environment.name, log);
  const result = decideGate(found, Date.now());
  if (history !== undefined) keepBaseline(history, result, log);
  return { result, files: writeGate(options.output, result) };
}

/** What the parts of a gate work with. */
interface Parts {
  run: string;
  tests: PlannedTest[];
  found: GateEvidence;
  changes: Changes;
  options: GateOptions;
}

/** Thrown to end a gate early: what was found decides. */
class Decided extends Error {}

async function eachPart(lab: Lab, parts: Parts): Promise<void> {
  const { found, options, changes } = parts;
  const { log, stages, signal } = options;
  const settings = await stages.run('images and settings of both sides', async () => ({
    from: await settingsOf(options.from, lab, options),
    to: await settingsOf(options.to, lab, options),
  }));
  const steps = planUpgrade(
    lab.clusters.map(({ name }) => name),
    settings,
  );
  found.findings.push(...(await stages.run('pre-flight', () => preflight(lab, settings, options))));
  decideEarly(parts);
  if (options.from.kind !== 'current')
    await stages.run('the side that is left', () => bringSide(lab, changes, settings.from, options));
  found.from.conformance = await conformance(lab, 'from', parts);
  decideEarly(parts);
  found.comparison = await stages.run(
    'latencies side by side',
    async () => {
      const memory = watchGrowth(lab);
      const question = { run: parts.run, to: settings.to, seed: options.seed };
      const comparison = await compareSideBySide(lab, question, {
        log,
        signal,
        alongside: (of) => memory.alongside(of),
      });
      found.findings.push(...growthFindings(memory.compare()));
      return comparison;
    },
    { speaks: true },
  );
  decideEarly(parts);
  await underTraffic(lab, 'upgrade', steps.upgrade, parts);
  decideEarly(parts);
  found.to.conformance = await conformance(lab, 'to', parts);
  found.failovers = failoversOf(found.from.conformance, found.to.conformance, {
    budgets: lab.environment.budgets.failover,
    seed: options.seed,
  });
  decideEarly(parts);
  await underTraffic(lab, 'rollback', steps.rollback, parts);
  decideEarly(parts);
  signal.throwIfAborted();
  log.info('all parts of the gate are done');
}

/** Ends the gate where that is wanted, and what is known is against the candidate. */
function decideEarly({ found, options }: Parts): void {
  options.signal.throwIfAborted();
  if (options.failFast && decideGate(found, Date.now()).decision === 'NO-GO') throw new Decided();
}

/** Gives every cluster a side's settings, control plane and proxies, while nobody calls. */
async function bringSide(
  lab: Lab,
  changes: Changes,
  settings: MeshSettings,
  options: GateOptions,
): Promise<void> {
  for (const { name } of lab.clusters) await changes.mesh(name, settings, { ...options, renew: true });
}

async function conformance(lab: Lab, side: 'from' | 'to', parts: Parts): Promise<RunVerdict> {
  const { run, tests, options } = parts;
  const { log, stages, seed } = options;
  const versions = await proxyVersions(lab);
  const asIs = { ...lab, images: { ...lab.images, versions: { ...lab.images.versions, ...versions } } };
  return stages.run(
    `conformance of ${side === 'from' ? 'what runs now' : 'the candidate'} (${tests.length} tests)`,
    async () => {
      const { verdict } = await verifyLab(asIs, `${run}-${side}`, tests, {
        ...options,
        stages: createStages(log),
        suites: [],
        callers: [],
        seed,
        output: join(options.output, side),
        spared: run,
      });
      return verdict;
    },
    { speaks: true },
  );
}

/** What proxies say that they run, as reports have it. */
async function proxyVersions(lab: Lab): Promise<Record<string, string>> {
  const proxies = (await Promise.all(lab.clusters.map(({ name }) => runningProxies(lab, name)))).flat();
  const versions = [...new Set(proxies.map(({ version }) => version))].sort();
  return versions.length === 0 ? {} : { envoy: versions.join(', ') };
}

/** Takes steps while calls are made on every path, and keeps what was lost. */
async function underTraffic(
  lab: Lab,
  phase: TrafficPhase,
  steps: readonly UpgradeStep[],
  { run, found, changes, options }: Parts,
): Promise<void> {
  const { log, stages } = options;
  const times: StepTime[] = [];
  const words = phase === 'upgrade' ? 'upgrade' : 'way back';
  await stages.run(`workloads for the ${words}`, () => deployWorld(lab, { run, areas: [], graceful: true }));
  await stages.run(`${words} under calls`, async () => {
    await using watch = await watchUpgrade(lab);
    await using traffic = await startTraffic(lab);
    for (const step of steps) {
      options.signal.throwIfAborted();
      log.info(`${phase}: ${stepWords(step)}`);
      const taken = await takeStep(lab, changes, step, {
        ...options,
        around: ({ namespace, name }, restart) =>
          namespace === MESH_NAMESPACE && name === MESH_CALLER
            ? traffic.without(step.cluster, restart)
            : restart(),
      });
      times.push({ words: stepWords(step), startedAt: taken.startedAt, endedAt: taken.endedAt });
    }
    const recordings = await traffic.end();
    const evidence: TrafficEvidence = found.traffic ?? { phases: [], dropped: [] };
    const calls = recordings.reduce((sum, { recording }) => sum + recording.observations.length, 0);
    const record = watch.record();
    for (const unread of record.unread) log.warn(unread);
    const dropped = recordings.flatMap(({ path: { words, service }, recording }) =>
      droppedCalls(recording, {
        phase,
        path: words,
        steps: times,
        watched: { service, record, clusters: lab.clusters },
      }),
    );
    evidence.phases.push({ phase, calls });
    evidence.dropped.push(...dropped.toSorted((a, b) => (a.at < b.at ? -1 : 1)));
    found.traffic = evidence;
    log.info(`${phase}: ${calls} calls, ${dropped.length} lost`);
  });
}

function evidenceOf(run: string, startedAt: string, options: GateOptions): GateEvidence {
  return {
    run,
    startedAt,
    endedAt: startedAt,
    command: options.command,
    seed: options.seed,
    from: { label: sideLabel(options.from), conformance: undefined },
    to: { label: sideLabel(options.to), conformance: undefined },
    traffic: undefined,
    comparison: undefined,
    failovers: [],
    findings: [],
    waivers: [...options.waivers],
  };
}

function brokenBy(error: unknown): GateFinding {
  return { source: 'environment', weight: 'broken', words: describeError(error) };
}
