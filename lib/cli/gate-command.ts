import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { COMPARISON_DESIGNS, type ComparisonDesign, GATE_PARTS, type GatePart } from '../gate/options.ts';
import { previewGate } from '../gate/preview.ts';
import { gate, gateTests, type Gated } from '../gate/run.ts';
import { parseSide } from '../gate/sides.ts';
import { readWaivers } from '../gate/waivers-file.ts';
import { DECISION_WORDS } from '../gate/words.ts';
import { meshDriver } from '../mesh/registry.ts';
import { PROFILES, type Profile } from '../model/run.ts';
import { VERDICT_WORDS } from '../report/words.ts';
import { readValues } from '../run/mesh-settings.ts';
import { DEFAULT_WORKERS } from '../run/suites.ts';
import { projectRoot } from '../support/paths.ts';
import { columns } from './columns.ts';
import { commandContext, type EnvironmentFlags, environmentFrom, parseCount } from './context.ts';
import { withEnvironmentFlags } from './environment-commands.ts';

interface GateFlags extends EnvironmentFlags {
  from: string;
  to: string;
  profile: Profile;
  grep?: string;
  rounds: number;
  comparison: ComparisonDesign;
  skip?: GatePart[];
  waivers?: string;
  failFast?: boolean;
  seed?: number;
  history?: string;
  keep?: boolean;
  output: string;
  plan?: boolean;
  json?: boolean;
}

/** `meshproof gate` */
export function gateCommand(): Command {
  return withEnvironmentFlags(new Command('gate'))
    .description(
      'may a version of the mesh be rolled out? Hold what runs now and the candidate to the same promises, upgrade and roll back under calls, compare latencies, and decide',
    )
    .option('--from <side>', 'what runs now', 'current')
    .requiredOption('--to <side>', 'the candidate')
    .addOption(
      new Option('--profile <name>', 'promises that both sides are held to, beside failover')
        .choices(PROFILES)
        .default('core'),
    )
    .option(
      '--grep <regex>',
      'only promises whose id matches (meshproof verify --list), and no other; the decision says so',
    )
    .option(
      '--rounds <number>',
      'rounds of the comparison at most, after 12 of identical sides at most',
      parseRounds,
      20,
    )
    .addOption(
      new Option(
        '--comparison <how>',
        'side by side, with a second control plane; or before and after, with a warning: gateways are compared too, drift of the machine is not cancelled out. What cannot run side by side is compared before and after in any case',
      )
        .choices(COMPARISON_DESIGNS)
        .default('side-by-side'),
    )
    .option('--skip <parts>', `comma-separated: ${GATE_PARTS.join(', ')}; GO takes all of them`, parseParts)
    .option('--waivers <file>', 'YAML: what may pass until a date, and on whose responsibility')
    .option('--fail-fast', 'end with the first finding against the candidate')
    .option('--seed <number>', 'repeat the order of tests and rounds of an earlier gate', parseCount)
    .option('--history <folder>', 'folder kept over gates: what runs now, beside what it was; gets this gate')
    .option('--keep', 'leave an environment up that this gate made')
    .option('-o, --output <folder>', 'folder of the decision', resolve(projectRoot, 'reports/output/gate'))
    .option('--plan', 'say what would be done, and change nothing')
    .option('--json', 'print the decision as JSON on stdout; progress goes to stderr')
    .addHelpText('after', AFTER)
    .action(run);
}

const AFTER = `
Sides:
  current            what is installed
  1.31.1             a release: control plane and proxies. Where images come from a registry (images: registry), its images are
                     pulled, and its istioctl is fetched; where they are built from source, the installed one only
  envoy:1.40.0       the same control plane, its proxies on this Envoy
  proxy-image:REF    the same control plane, its proxies from this image
  values:FILE.yaml   what is installed, with these values (IstioOperator, or of Istio's charts) merged over it

Waivers (--waivers):
  waivers:
    - match: 'a text that the finding contains'
      reason: 'why it may pass'
      owner: 'who answers for it'
      expires: 2026-12-24        # an expired one decides against the candidate

Written to --output: gate.json, gate.md (for a pull request), gate.html, and both conformance reports (from/, to/).

Exit codes:
  0   GO              the candidate keeps every promise, and is worse by no more than the margins
  1   NO-GO           the candidate was shown to be worse
  2   INCONCLUSIVE    the evidence carries no decision
  3   BROKEN          the environment or Meshproof failed
  64  wrong usage     nothing was changed
  70  a bug in Meshproof`;

async function run(flags: GateFlags): Promise<void> {
  const sides = { from: parseSide(flags.from), to: parseSide(flags.to) };
  const waivers = flags.waivers === undefined ? [] : readWaivers(resolve(flags.waivers));
  const selection = { grep: flags.grep, profile: flags.profile };
  const wanted = {
    skip: flags.skip ?? [],
    comparison: flags.comparison,
    rounds: { identical: Math.min(IDENTICAL_ROUNDS, flags.rounds), most: flags.rounds },
  };
  if (flags.plan) {
    const tests = await gateTests(selection);
    const environment = environmentFrom(flags);
    const { canary } = meshDriver(environment);
    const plan = previewGate(environment, { ...sides, ...wanted, tests, canary, values: readValues });
    console.log(plan.join('\n'));
    return;
  }
  const context = commandContext(flags);
  const gated = await gate(environmentFrom(flags), {
    ...context,
    ...sides,
    ...selection,
    ...wanted,
    waivers,
    command: ['meshproof', ...process.argv.slice(2)].join(' '),
    seed: flags.seed ?? randomInt(2 ** 31),
    workers: DEFAULT_WORKERS,
    failFast: flags.failFast ?? false,
    history: flags.history === undefined ? undefined : resolve(flags.history),
    keep: flags.keep ?? false,
    output: resolve(flags.output),
    progress: flags.json ? 'stderr' : 'inherit',
  });
  console.log(flags.json ? JSON.stringify(gated.result, null, 2) : render(gated, context.stages.seconds));
  process.exitCode = gated.result.exitCode;
}

/** So many rounds of identical sides tell their spread well enough. */
const IDENTICAL_ROUNDS = 12;
/** The fewest rounds that a comparison can be planned from. */
const LEAST_ROUNDS = 6;

function parseRounds(text: string): number {
  const rounds = parseCount(text);
  if (rounds < LEAST_ROUNDS) throw new InvalidArgumentError(`${LEAST_ROUNDS} at least.`);
  return rounds;
}

function parseParts(text: string): GatePart[] {
  return text.split(',').map((word) => {
    const part = GATE_PARTS.find((one) => one === word.trim());
    if (!part) throw new InvalidArgumentError(`"${word}" is no part; there are ${GATE_PARTS.join(', ')}.`);
    return part;
  });
}

function render({ result, files }: Gated, stages: Record<string, number>): string {
  const { decision, decidedBy, alsoDecided, from, to, warnings } = result;
  const { verdict, meaning } = DECISION_WORDS[decision];
  const times = Object.entries(stages).map(([name, seconds]) => [name, `${seconds} s`]);
  return [
    '',
    ...columns(times),
    '',
    ...warnings.map((warning) => `! ${warning}`),
    `${VERDICT_WORDS[verdict].mark} ${decision}: ${from.label} → ${to.label}: ${meaning}`,
    ...decidedBy.map(({ source, words }) => `  ${source}: ${words}`),
    ...(alsoDecided > 0 ? [`  … and ${alsoDecided} more, in gate.md`] : []),
    `decision: ${files.page}`,
    `          ${files.markdown}`,
    `          ${files.json}`,
  ].join('\n');
}
