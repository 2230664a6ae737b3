import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { overLimits } from '../fault/limits.ts';
import { planFault } from '../fault/plan.ts';
import { createControl } from '../gameday/control.ts';
import { writeEvidence } from '../gameday/evidence.ts';
import { eachStep, type LoadedScenario, loadScenario, nameOf, shippedScenarios } from '../gameday/load.ts';
import { judgeRepeats, type Repeats } from '../gameday/repeats.ts';
import { probeWords } from '../gameday/planes.ts';
import { resolveCluster, resolveFault } from '../gameday/resolve.ts';
import type { GamedayResult } from '../gameday/result.ts';
import { runGameday } from '../gameday/run.ts';
import type { ScenarioStep } from '../gameday/schema.ts';
import { formatDuration } from '../model/duration.ts';
import type { Lab } from '../model/lab.ts';
import { findLab } from '../run/provision.ts';
import { useEnvironment } from '../run/use-environment.ts';
import { EXIT, errorMessage } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';
import { columns } from './columns.ts';
import { confirmEnvironment, type DisruptionFlags, withDisruptionFlags } from './confirm.ts';
import { commandContext, type EnvironmentFlags, environmentFrom, parseCount } from './context.ts';
import { withEnvironmentFlags } from './environment-commands.ts';
import { gamedayView } from './gameday-view.ts';

interface GamedayFlags extends EnvironmentFlags, DisruptionFlags {
  output?: string;
  rehearse?: boolean;
  plan?: boolean;
  keep?: boolean;
  repeats: number;
  json?: boolean;
}

/** `meshproof gameday …` */
export function gamedayCommand(): Command {
  const gameday = new Command('gameday').description(
    'break things by a script, with people watching, and keep the evidence',
  );
  gameday
    .command('list')
    .description('list the scenarios that come with Meshproof')
    .action(() => console.log(scenarioTable()));
  withDisruptionFlags(withEnvironmentFlags(gameday.command('run')))
    .argument('<scenario>', 'a file, or a name of meshproof gameday list')
    .description(
      'run a scenario: steady state, faults, people, abort conditions; everything is reverted at the end',
    )
    .option('--plan', 'say what it would do, and touch nothing')
    .option('--rehearse', 'everything but the injection')
    .option(
      '--repeats <n>',
      'run it so often, and judge each figure by the interval of its median; six at least tell something',
      toRepeats,
      1,
    )
    .option('--keep', 'leave an environment up that this run made')
    .option('-o, --output <folder>', 'folder of the evidence (default: reports/output/gameday/NAME)')
    .option('--json', 'print the result as JSON on stdout; progress goes to stderr')
    .addHelpText('after', AFTER)
    .action(run);
  return gameday;
}

const AFTER = `
Keys while it runs: p pause, s skip what is waited for, o write an observation, a abort. Ctrl-C aborts, too.
Evidence: index.html (one file), result.json, events, calls, scenario, and SHA256SUMS over all of them.

Exit codes: 0 passed (or rehearsed), 1 failed or halted by an abort condition, 2 inconclusive, 3 broken, 64 wrong usage`;

async function run(given: string, flags: GamedayFlags): Promise<void> {
  const loaded = loadScenario(given);
  const { name } = loaded.scenario;
  const environment = environmentFrom(flags);
  if (flags.plan) {
    const lab = findLab(environment.name);
    console.log(await planWords(loaded, lab && { ...lab, environment }));
    return;
  }
  const context = commandContext(flags);
  const { log, signal } = context;
  const rehearse = flags.rehearse ?? false;
  const output = resolve(flags.output ?? join(projectRoot, 'reports/output/gameday', name));
  const evidence = await useEnvironment(
    environment,
    { ...context, keep: flags.keep ?? false, allowDisruption: flags.allowDisruption ?? false },
    async (lab, id) => {
      for (const line of (await planWords(loaded, lab)).split('\n')) log.info(line);
      if (!rehearse) await confirmEnvironment(lab.environment, flags, 'inject it');
      const control = createControl(signal);
      using view = gamedayView(log, control, { assumeDone: (flags.yes ?? false) || rehearse });
      const all: Evidence[] = [];
      while (all.length < flags.repeats && !control.aborted) {
        if (flags.repeats > 1) log.info(`repeat ${all.length + 1} of ${flags.repeats}`);
        const result = await runGameday(lab, id, {
          ...context,
          loaded,
          control,
          rehearse,
          allowLastCopy: flags.allowLastCopy ?? false,
          onEvent: (event) => view.onEvent(event),
          onLook: (probes, held) => view.onLook(probes, held),
          ask: (what) => view.ask(what),
          onStart: (events) => view.start(events),
        });
        // At once: what happens to a later repeat takes nothing from the earlier ones.
        const folder = flags.repeats > 1 ? join(output, String(all.length + 1)) : output;
        all.push({ result, ...writeEvidence(folder, result) });
        if (result.verdict === 'broken') break;
      }
      return all;
    },
  );
  if (flags.repeats > 1) {
    const results = evidence.map(({ result }) => result);
    return sayRepeats(judgeRepeats(loaded.scenario, results), output, flags.json ?? false);
  }
  for (const { result, page, seal } of evidence) {
    const { recordings: _, ...said } = result;
    console.log(
      flags.json
        ? JSON.stringify({ ...said, evidence: page, seal }, null, 2)
        : resultWords(result, page, seal),
    );
    process.exitCode = exitCodeFor(result);
  }
}

/** A game day, and where it is written down. */
type Evidence = { result: GamedayResult } & ReturnType<typeof writeEvidence>;

/** Writes and says what all repeats came to together. */
function sayRepeats(repeats: Repeats, output: string, json: boolean): void {
  const text = JSON.stringify(repeats, null, 2);
  writeFileSync(join(output, 'repeats.json'), `${text}\n`);
  const marks = { passed: '✓', failed: '✗', inconclusive: '?' };
  const words = [
    '',
    ...repeats.figures.map(({ verdict, words: figure }) => `${marks[verdict]}  ${figure}`),
    ...repeats.reasons.map((reason) => `${repeats.verdict}: ${reason}`),
    `evidence: ${output}/1 … ${repeats.repeats}, repeats.json`,
    `verdict: ${repeats.verdict} (${repeats.counted} of ${repeats.repeats} repeats carried one)`,
  ];
  console.log(json ? text : words.join('\n'));
  process.exitCode = repeats.verdict === 'not-applicable' ? EXIT.inconclusive : EXIT[repeats.verdict];
}

function toRepeats(text: string): number {
  const count = parseCount(text);
  if (count > 100) throw new InvalidArgumentError('100 at most.');
  return count;
}

function exitCodeFor({ verdict, rehearsed, reasons }: GamedayResult): number {
  if (rehearsed && verdict === 'inconclusive' && reasons.length === 1) return EXIT.passed;
  return verdict === 'not-applicable' ? EXIT.inconclusive : EXIT[verdict];
}

function resultWords(result: GamedayResult, page: string, seal: string): string {
  const rows = result.promises.map(({ probe, promise, limit, measured, held }) => [
    held ? '✓' : '✗',
    probe,
    promise,
    limit,
    measured,
  ]);
  return [
    '',
    ...(rows.length === 0 ? [] : columns([['', 'probe', 'promise', 'target', 'measured'], ...rows])),
    ...(rows.length === 0
      ? []
      : result.planes.map(({ plane, probe, words }) => `${plane} (${probe}): ${words}`)),
    ...result.remarks.map((remark) => `to look into: ${remark}`),
    ...result.reasons.map((reason) => `${result.rehearsed ? 'rehearsed' : result.verdict}: ${reason}`),
    `evidence: ${page}`,
    `seal (SHA-256 of SHA256SUMS): ${seal}`,
    `verdict: ${result.rehearsed ? 'rehearsed' : result.verdict}`,
  ].join('\n');
}

function scenarioTable(): string {
  const rows = shippedScenarios().map((name) => {
    const { scenario } = loadScenario(name);
    const kinds = [...eachStep(scenario.steps, [])].flatMap(({ step }) =>
      'inject' in step ? step.inject.kind : [],
    );
    return [name, scenario.title, [...new Set(kinds)].join(', ')];
  });
  return columns([['scenario', 'what happens', 'faults'], ...rows]).join('\n');
}

/** What a scenario would do; targets by name where an environment is up. */
async function planWords({ scenario, file }: LoadedScenario, lab: Lab | undefined): Promise<string> {
  const lines = await stepWords(scenario.steps, lab, '  ');
  return [
    `${scenario.name}: ${scenario.title} (${file})`,
    `hypothesis: ${scenario.hypothesis}`,
    ...scenario.probes.map(
      (probe) =>
        `probe ${probe.name}: ${probeWords(probe, (name) => (lab ? resolveCluster(lab, name) : name))}`,
    ),
    `targets: recovery within ${formatDuration(scenario.targets.rto)}, ${scenario.targets.rpo} lost calls at most`,
    `halts on: ${scenario.abort.length === 0 ? 'nothing but people' : scenario.abort.map((one) => JSON.stringify(one)).join(', ')}`,
    'steps:',
    ...lines,
  ].join('\n');
}

async function stepWords(
  steps: readonly ScenarioStep[],
  lab: Lab | undefined,
  indent: string,
): Promise<string[]> {
  const lines: string[] = [];
  for (const step of steps) {
    if ('parallel' in step) {
      lines.push(`${indent}side by side:`);
      for (const lane of step.parallel)
        lines.push(`${indent}-`, ...(await stepWords(lane, lab, `${indent}  `)));
    } else if ('steps' in step)
      lines.push(`${indent}${step.repeat} times:`, ...(await stepWords(step.steps, lab, `${indent}  `)));
    else if ('inject' in step) {
      const hold = step.for === undefined ? 'until reverted' : `for ${formatDuration(step.for)}`;
      lines.push(`${indent}inject ${nameOf(step)} ${hold}: ${await harmWords(step.inject, lab)}`);
    } else if ('revert' in step) lines.push(`${indent}revert ${step.revert}`);
    else if ('wait' in step) lines.push(`${indent}wait ${formatDuration(step.wait)}`);
    else if ('human' in step) lines.push(`${indent}a person: ${step.human}`);
    else lines.push(`${indent}note: ${step.note}`);
  }
  return lines;
}

/** The blast radius; what pods decide is left open, since they are not there yet. */
async function harmWords(spec: Parameters<typeof resolveFault>[0], lab: Lab | undefined): Promise<string> {
  if (!lab) return JSON.stringify(spec);
  let open: string | undefined;
  try {
    const resolved = await resolveFault(spec, lab, async (cluster, app) => {
      open = app;
      return (
        lab.clusters
          .find(({ name }) => name === cluster)
          ?.nodes.flatMap(({ role, name }) => (role === 'worker' ? name : [])) ?? []
      );
    });
    const plan = planFault(resolved, lab, { run: 'plan', lastsMs: 0 });
    const where = open === undefined ? '' : ` (or where ${open} runs then)`;
    const over = overLimits(plan, lab);
    return `${plan.blastRadius}${where}${over.length === 0 ? '' : `. NOT ALLOWED: ${over.join('; ')}`}`;
  } catch (error) {
    return `${JSON.stringify(spec)}: ${errorMessage(error)}`;
  }
}
