import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { recordWords } from '../analysis/flakes.ts';
import { quarantineNote } from '../analysis/quarantine.ts';
import { formatDuration } from '../model/duration.ts';
import { PROFILES, type Profile } from '../model/run.ts';
import { againReport } from '../report/again.ts';
import { verdictWords } from '../report/words.ts';
import { CAPABILITIES, type SuiteCapability } from '../run/capabilities.ts';
import { knownDurations } from '../run/durations.ts';
import { previewVerify } from '../run/preview.ts';
import { findLab } from '../run/provision.ts';
import { DEFAULT_WORKERS } from '../run/suites.ts';
import { listTests } from '../run/test-list.ts';
import { checkCallers, type Verified, verify } from '../run/verify.ts';
import { projectRoot } from '../support/paths.ts';
import { ALLOW_DISRUPTION } from './confirm.ts';
import { commandContext, type EnvironmentFlags, environmentFrom, parseCount } from './context.ts';
import { withEnvironmentFlags } from './environment-commands.ts';
import { listJson, renderList } from './test-table.ts';

interface VerifyFlags extends EnvironmentFlags {
  suite?: SuiteCapability[];
  profile: Profile;
  grep?: string;
  from?: string[];
  seed?: number;
  workers: number;
  allowDisruption?: boolean;
  keep?: boolean;
  output: string;
  json?: boolean;
  list?: boolean;
  plan?: boolean;
  reportOnly?: boolean;
  signKey?: string;
  history?: string;
}

/** `meshproof verify` */
export function verifyCommand(): Command {
  return withEnvironmentFlags(new Command('verify'))
    .description('prove that the mesh works: run the suites against it, and report what held and what broke')
    .option('--suite <names>', `comma-separated: ${CAPABILITIES.join(', ')}`, parseSuites)
    .addOption(
      new Option('--profile <name>', 'conformance profile: core is what every multi-cluster mesh must do')
        .choices(PROFILES)
        .default('extended'),
    )
    .option('--grep <regex>', 'only tests whose id (see --list) matches, letter case aside')
    .option(
      '--from <clusters>',
      'comma-separated: call from these clusters only; policy, locality, the plaintext sweeps and the rotations of mtls call from all',
      parseNames,
    )
    .option('--seed <number>', 'repeat the order of the tests of an earlier run', parseCount)
    .option('--workers <number>', 'tests that run side by side', parseCount, DEFAULT_WORKERS)
    .option('--allow-disruption', ALLOW_DISRUPTION)
    .option('--keep', 'leave an environment up that this run made')
    .option('-o, --output <folder>', 'folder of the report', resolve(projectRoot, 'reports/output'))
    .option('--sign-key <file>', 'sign conformance.yaml with this Ed25519 private key (PEM)')
    .option('--history <folder>', 'folder kept over runs: trends, and which tests are flaky; gets this run')
    .option('--list', 'list the tests that these flags select, with capability and duration, and run none')
    .option('--plan', 'say what would be made and broken, and change nothing')
    .option('--report-only', 'make the reports of the run in the output folder again, and run nothing')
    .option('--json', 'print the verdict (or the list) as JSON on stdout; progress goes to stderr')
    .addHelpText('after', exitCodes)
    .action(run);
}

async function run(flags: VerifyFlags): Promise<void> {
  const selection = {
    suites: flags.suite ?? [],
    profile: flags.profile,
    ...(flags.grep === undefined ? {} : { grep: flags.grep }),
  };
  if (flags.list) {
    const tests = await listTests(selection);
    const durations = knownDurations();
    console.log(flags.json ? listJson(tests, durations) : renderList(tests, durations));
    return;
  }
  if (flags.plan) {
    const environment = environmentFrom(flags);
    const callers = flags.from ?? [];
    checkCallers(environment, callers);
    const tests = await listTests(selection);
    const plan = previewVerify(environment, findLab(environment.name), {
      tests,
      durations: knownDurations(),
      callers,
    });
    console.log(plan.join('\n'));
    return;
  }
  const output = resolve(flags.output);
  const context = commandContext(flags);
  const signKey = flags.signKey === undefined ? undefined : resolve(flags.signKey);
  const history = flags.history === undefined ? undefined : resolve(flags.history);
  const result = flags.reportOnly
    ? await againReport(output, { log: context.log, signKey, history })
    : await verify(environmentFrom(flags), {
        ...context,
        ...selection,
        command: ['meshproof', ...process.argv.slice(2)].join(' '),
        callers: flags.from ?? [],
        seed: flags.seed ?? randomInt(2 ** 31),
        workers: flags.workers,
        keep: flags.keep ?? false,
        allowDisruption: flags.allowDisruption ?? false,
        output,
        progress: flags.json ? 'stderr' : 'inherit',
        signKey,
        history,
      });
  console.log(
    flags.json ? JSON.stringify(result.verdict, null, 2) : render(result, output, context.stages.seconds),
  );
  process.exitCode = result.verdict.exitCode;
}

const exitCodes = `
Exit codes:
  0   passed          every promise held
  1   failed          the mesh broke a promise
  2   inconclusive    the evidence carries no verdict
  3   broken          the environment or Meshproof failed
  64  wrong usage     nothing was changed
  70  a bug in Meshproof`;

function parseSuites(text: string): SuiteCapability[] {
  return text.split(',').map((word) => {
    const found = CAPABILITIES.find((capability) => capability === word.trim());
    if (!found)
      throw new InvalidArgumentError(`"${word}" is no suite; there are ${CAPABILITIES.join(', ')}.`);
    return found;
  });
}

function parseNames(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}

function render({ verdict, report }: Verified, output: string, stages: Record<string, number>): string {
  const counts = Object.entries(verdict.counts).flatMap(([name, count]) =>
    count > 0 ? [`${count} ${name}`] : [],
  );
  const notPassed = verdict.tests.filter((test) => test.verdict !== 'passed');
  return [
    '',
    ...notPassed.map((test) =>
      [
        `${test.verdict.toUpperCase()}  ${test.id}`,
        ...[...test.reason.split('\n'), quarantineNote(test) ?? []].flat().map((line) => `  ${line}`),
      ].join('\n'),
    ),
    ...(verdict.flaky ?? []).map((flake) => `FLAKY  ${flake.id}: ${recordWords(flake)}`),
    `stages: ${Object.entries(stages)
      .map(([name, seconds]) => `${name} ${formatDuration(seconds * 1000)}`)
      .join(', ')}`,
    `report: ${report ?? output}`,
    ...(verdict.seal === undefined ? [] : [`conformance.yaml: seal ${verdict.seal}`]),
    `verdict: ${verdictWords(verdict)} (${counts.join(', ')})`,
  ].join('\n');
}
