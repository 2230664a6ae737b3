import type { Environment } from '../model/environment.ts';
import type { Side } from '../model/comparison.ts';
import type { GateEvidence, GateResult } from '../model/gate.ts';
import type { Lab } from '../model/lab.ts';
import type { PlannedTest } from '../model/run.ts';
import type { MeshSettings, UpgradeStep } from '../model/upgrade.ts';
import { openChanges } from '../run/changes.ts';
import { settingsOf } from '../run/mesh-settings.ts';
import { sweepLab } from '../run/sweep.ts';
import { knownTests, select } from '../run/test-list.ts';
import { useEnvironment } from '../run/use-environment.ts';
import { describeError, errorMessage } from '../support/errors.ts';
import { keepBaseline, readBaselines } from './baselines.ts';
import { decideGate } from './decision.ts';
import { failoversOf } from './failovers.ts';
import { comparison } from './comparison.ts';
import type { GateOptions, GatePart } from './options.ts';
import { brokenBy, conformance, inSilence, leftOut, type Parts, StepFailed, underTraffic } from './parts.ts';
import { preflight } from './preflight.ts';
import { sideLabel } from './sides.ts';
import { planUpgrade } from './upgrade-plan.ts';
import { writeGate } from './write.ts';

/** The decision, and where it is written down. */
export interface Gated {
  result: GateResult;
  files: ReturnType<typeof writeGate>;
}

/**
 * May the candidate be rolled out? Both sides in turn in one environment: what is known before, conformance and the same faults,
 * latencies side by side, upgrade and rollback under calls. The mesh is given back as it was installed, whatever happens. A part
 * that fails is a finding, and what was found before is kept. Throws a `usage` error for sides that this environment cannot be.
 */
export async function gate(environment: Environment, options: GateOptions): Promise<Gated> {
  const tests = await gateTests(options);
  return useEnvironment(environment, options, (lab, run) => gateLab(lab, run, tests, options));
}

/** The promises that both sides are held to. A `usage` error when none matches. */
export async function gateTests({
  profile,
  grep,
}: Pick<GateOptions, 'profile' | 'grep'>): Promise<PlannedTest[]> {
  const known = await knownTests();
  if (grep !== undefined) return select(known, { suites: [], profile, grep });
  const faults = select(known, { suites: ['failover'], profile: 'extended' });
  return [...new Set([...select(known, { suites: [], profile }), ...faults])];
}

async function gateLab(lab: Lab, run: string, tests: PlannedTest[], options: GateOptions): Promise<Gated> {
  const { log, stages, signal, history } = options;
  const found = evidenceOf(run, new Date().toISOString(), options);
  const parts: Parts = { run, tests, found, options, changes: openChanges(lab, run) };
  // First of all: sides that this lab cannot be are wrong usage, and nothing is changed then.
  const settings = await stages.run('images and settings of both sides', async () => ({
    from: await settingsOf(options.from, lab, options),
    to: await settingsOf(options.to, lab, options),
  }));
  await stages.run('sweep', () => sweepLab(lab, log));
  try {
    leftOut(parts);
    await eachPart(lab, settings, parts);
  } catch (error) {
    if (!(error instanceof Decided)) {
      log.warn(describeError(error));
      found.findings.push(brokenBy(signal.aborted ? new Error('the gate was interrupted') : error));
    }
  }
  try {
    await stages.run('clean-up', () => sweepLab(lab, log));
  } catch (error) {
    found.findings.push(brokenBy(error));
  }
  found.endedAt = new Date().toISOString();
  if (history !== undefined) found.earlier = readBaselines(history, lab.environment.name, log);
  const result = decideGate(found, Date.now());
  if (history !== undefined) keepBaseline(history, result, log);
  return { result, files: writeGate(options.output, result) };
}

/** Thrown to end a gate early: what was found decides. */
class Decided extends Error {}

async function eachPart(lab: Lab, settings: Record<Side, MeshSettings>, parts: Parts): Promise<void> {
  const { found, options, changes } = parts;
  const { log, signal, stages, skip } = options;
  const wanted = (part: GatePart) => !skip.includes(part);
  const clusters = lab.clusters.map(({ name }) => name);
  const { upgrade, rollback } = planUpgrade(clusters, settings);
  if (wanted('preflight'))
    found.findings.push(...(await stages.run('pre-flight', () => preflight(lab, settings, { log, signal }))));
  decideEarly(parts);
  if (options.from.kind !== 'current')
    await stages.run('what runs now', async () => {
      for (const name of clusters) await changes.mesh(name, settings.from, { log, signal, renew: true });
    });
  if (wanted('conformance')) await conformance(lab, 'from', parts);
  decideEarly(parts);
  const rest = wanted('comparison') ? await comparison(lab, settings.to, parts) : undefined;
  decideEarly(parts);
  if (!wanted('traffic') && !wanted('conformance') && !rest) return;
  if (!(await upgraded(lab, { upgrade, rollback }, parts))) return;
  decideEarly(parts);
  await rest?.after();
  if (wanted('conformance')) await conformance(lab, 'to', parts);
  if (found.from.conformance && found.to.conformance)
    found.failovers = failoversOf(found.from.conformance, found.to.conformance, {
      budgets: lab.environment.budgets.failover,
      seed: options.seed,
    });
  decideEarly(parts);
  if (wanted('traffic')) await underTraffic(lab, 'rollback', rollback, parts);
  else if (rest) await inSilence(lab, 'way back', rollback, parts);
  await rest?.again();
  signal.throwIfAborted();
}

/**
 * Upgrades, under calls where that is wanted. A candidate that does not come up where what runs now does is the candidate's
 * failure, and no environment's: the way back tells the two apart. False when it did not come up.
 */
async function upgraded(
  lab: Lab,
  steps: Record<'upgrade' | 'rollback', readonly UpgradeStep[]>,
  parts: Parts,
): Promise<boolean> {
  const { found, options } = parts;
  try {
    if (options.skip.includes('traffic')) await inSilence(lab, 'upgrade', steps.upgrade, parts);
    else await underTraffic(lab, 'upgrade', steps.upgrade, parts);
    return true;
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof StepFailed)) throw error;
    options.log.warn(describeError(error.cause));
    await inSilence(lab, 'way back from a failed upgrade', steps.rollback, parts);
    found.findings.push({
      source: 'traffic',
      weight: 'against',
      words: `the upgrade did not come to its end, and the way back did: ${errorMessage(error)}`,
    });
    return false;
  }
}

/** Ends the gate where that is wanted, and what is known is against the candidate. */
function decideEarly({ found, options }: Parts): void {
  options.signal.throwIfAborted();
  if (options.failFast && decideGate(found, Date.now()).decision === 'NO-GO') throw new Decided();
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
