import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { DEFECTS } from '../../defects/index.ts';
import type { Defect } from '../prove/defect.ts';
import { type DetectionRow, proofExitCode } from '../prove/detection.ts';
import { PROFILES, type Profile } from '../model/run.ts';
import { prove } from '../prove/prove.ts';
import { type HealthyRun, proveHealthy } from '../prove/healthy.ts';
import { detectionTable } from '../prove/render.ts';
import { DEFAULT_WORKERS } from '../run/suites.ts';
import { MeshproofError } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';
import { commandContext, type EnvironmentFlags, environmentFrom, parseCount } from './context.ts';
import { withEnvironmentFlags } from './environment-commands.ts';

interface ProveFlags extends EnvironmentFlags {
  only?: string[];
  list?: boolean;
  healthy?: number;
  profile: Profile;
  keep?: boolean;
  json?: boolean;
  output: string;
}

/** `meshproof prove` */
export function proveCommand(): Command {
  return withEnvironmentFlags(new Command('prove'))
    .description('prove that the suites notice: plant defects one by one, and see which suites turn red')
    .option('--only <defects>', 'comma-separated names, see --list', (text: string) => text.split(','))
    .option('--list', 'list the defects, and plant none')
    .option(
      '--healthy <runs>',
      'plant nothing: run the suites this often, and count false alarms',
      parseCount,
    )
    .addOption(
      new Option('--profile <name>', 'suites of --healthy: core ones, or all')
        .choices(PROFILES)
        .default('extended'),
    )
    .option('--keep', 'leave an environment up that this made')
    .option(
      '-o, --output <folder>',
      'folder of the detection table',
      resolve(projectRoot, 'reports/output/prove'),
    )
    .option('--json', 'print the rows as JSON on stdout; progress goes to stderr')
    .addHelpText('after', exitCodes)
    .action(run);
}

async function run(flags: ProveFlags): Promise<void> {
  const defects = chosen(flags.only);
  if (flags.list) {
    console.log(defects.map(inWords).join('\n\n'));
    return;
  }
  const output = resolve(flags.output);
  const write = (name: string, text: string) => {
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, name), text);
  };
  const options = {
    ...commandContext(flags),
    command: ['meshproof', ...process.argv.slice(2)].join(' '),
    seed: randomInt(2 ** 31),
    workers: DEFAULT_WORKERS,
    keep: flags.keep ?? false,
    output,
  };
  if (flags.healthy !== undefined) {
    const onRun = (runs: readonly HealthyRun[]) =>
      write('healthy.json', `${JSON.stringify(runs, null, 2)}\n`);
    const runs = await proveHealthy(environmentFrom(flags), {
      ...options,
      runs: flags.healthy,
      profile: flags.profile,
      onRun,
    });
    console.log(flags.json ? JSON.stringify(runs, null, 2) : renderHealthy(runs));
    process.exitCode =
      runs.length === flags.healthy && runs.every(({ alarms }) => alarms.length === 0) ? 0 : 1;
    return;
  }
  const onRow = (rows: readonly DetectionRow[]) => {
    write('detection.json', `${JSON.stringify(rows, null, 2)}\n`);
    write('detection.md', detectionTable(rows));
  };
  const rows = await prove(environmentFrom(flags), { ...options, defects, onRow });
  console.log(flags.json ? JSON.stringify(rows, null, 2) : `\n${detectionTable(rows)}`);
  process.exitCode = proofExitCode(rows);
}

const exitCodes = `
For disposable environments only: each defect is planted into the real mesh, and healed again.
A defect counts as caught when a suite that is named for it fails, and its reason names the cause.

Exit codes:
  0   every defect was caught by the right suite
  1   one was missed, caught elsewhere, or for another reason
  2   one never took effect, so nothing was shown
  3   a suite was not green without it, or the environment failed`;

function renderHealthy(runs: readonly HealthyRun[]): string {
  const lines = runs.flatMap(({ seed, tests, alarms, seconds }, index) => [
    `run ${index + 1} (seed ${seed}): ${tests} tests in ${seconds.toFixed(0)} s, ${alarms.length} alarms`,
    ...alarms.map(({ id, verdict, reason }) => `  ${verdict} ${id}: ${reason}`),
  ]);
  const alarms = runs.reduce((sum, run) => sum + run.alarms.length, 0);
  return [...lines, `${alarms} alarms in ${runs.length} runs`].join('\n');
}

function chosen(names: readonly string[] | undefined): readonly Defect[] {
  if (names === undefined) return DEFECTS;
  const unknown = names.filter((name) => !DEFECTS.some(({ id }) => id === name));
  if (unknown.length > 0) {
    throw new MeshproofError('usage', `--only: no defect is called ${unknown.join(', ')}`, {
      nextStep: 'meshproof prove --list shows them',
    });
  }
  return DEFECTS.filter(({ id }) => names.includes(id));
}

function inWords({ id, title, caughtBy, silent }: Defect): string {
  return `${id}\n  ${title}\n  caught by ${caughtBy.join(' or ')}\n  silent: ${silent}`;
}
