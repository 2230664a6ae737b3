import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { COST_PARTS, type CostPart, type CostReport } from '../model/cost-report.ts';
import { costPage, costPicture } from '../report/cost-page.ts';
import { costTables } from '../report/cost-tables.ts';
import { exitCodeFor } from '../report/verdict-file.ts';
import { VERDICT_WORDS } from '../report/words.ts';
import { writeWhole } from '../report/write-whole.ts';
import { measureCosts } from '../run/cost/measure.ts';
import { EXAMPLE_PRICES, loadPrices } from '../run/cost/prices.ts';
import { useEnvironment } from '../run/use-environment.ts';
import { MeshproofError } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';
import { columns } from './columns.ts';
import { commandContext, type EnvironmentFlags, environmentFrom, parseCount } from './context.ts';
import { withEnvironmentFlags } from './environment-commands.ts';

interface CostFlags extends EnvironmentFlags {
  only: CostPart[];
  from?: string;
  rate: number;
  seconds: number;
  services: number[];
  changes: number;
  prices: string;
  callsPerSecond: number;
  keep?: boolean;
  json?: boolean;
  output: string;
}

/** `meshproof cost` */
export function costCommand(): Command {
  return withEnvironmentFlags(new Command('cost'))
    .description('measure what the mesh costs: processors, memory, time, convergence, and money for bytes')
    .option('--only <parts>', `comma-separated: ${COST_PARTS.join(', ')}`, toParts, [...COST_PARTS])
    .option('--from <cluster>', 'call from this cluster (default: the last one)')
    .option('--rate <n>', 'calls a second, 500 at most', toRate, 100)
    .option('--seconds <n>', 'how long each load lasts', parseCount, 30)
    .option('--services <sizes>', 'services of configuration to time changes at', toSizes, [10, 100, 500])
    .option('--changes <n>', 'changes at each size', parseCount, 6)
    .option('--prices <file>', 'what bytes cost; the default is an example to be checked', EXAMPLE_PRICES)
    .option('--calls-per-second <n>', 'rate that the estimate of a month is for', parseCount, 1000)
    .option('--keep', 'leave an environment up that this made')
    .option('-o, --output <folder>', 'folder of the report', resolve(projectRoot, 'reports/output/cost'))
    .option('--json', 'print the report as JSON on stdout; progress goes to stderr')
    .addHelpText('after', AFTER)
    .action(run);
}

const AFTER = `
Breaks nothing. xds is held to budgets.propagation of the environment's file: a change is in force everywhere within that time also
while the mesh holds many services. All else is judged by nobody: figures are for a person.
The report is index.html (one file), cost.json and times.svg.

Exit codes: 0 measured, and within the budget, 1 a change came too late, 2 no verdict, or the mesh does not show it, 3 broken,
64 wrong usage`;

async function run(flags: CostFlags): Promise<void> {
  const environment = environmentFrom(flags);
  const names = environment.clusters.map(({ name }) => name);
  const from = flags.from ?? names.at(-1) ?? '';
  if (!names.includes(from))
    throw new MeshproofError('usage', `no cluster ${from} in ${environment.name}`, {
      nextStep: `clusters: ${names.join(', ')}`,
    });
  const table = loadPrices(flags.prices);
  const context = commandContext(flags);
  const report = await useEnvironment(environment, { ...context, keep: flags.keep ?? false }, (lab, id) =>
    measureCosts(lab, id, {
      ...context,
      parts: flags.only,
      from,
      ratePerSecond: flags.rate,
      seconds: flags.seconds,
      sizes: flags.services,
      changes: flags.changes,
      prices: { table, callsPerSecond: flags.callsPerSecond },
    }),
  );
  const page = write(resolve(flags.output), report);
  console.log(flags.json ? JSON.stringify(report, null, 2) : words(report, page));
  process.exitCode = exitCodeFor(report.convergence?.verdict ?? 'passed');
}

function write(output: string, report: CostReport): string {
  const page = join(output, 'index.html');
  writeWhole(join(output, 'cost.json'), `${JSON.stringify(report, null, 2)}\n`);
  if (report.times) writeWhole(join(output, 'times.svg'), costPicture(report));
  writeWhole(page, costPage(report));
  return page;
}

function words(report: CostReport, page: string): string {
  const tables = costTables(report).flatMap(({ title, about, head, rows }) => [
    '',
    title,
    about,
    ...columns([head, ...rows]),
  ]);
  const { convergence } = report;
  return [
    ...tables,
    '',
    ...report.notes.map((note) => `note: ${note}`),
    ...(convergence ? [`${VERDICT_WORDS[convergence.verdict].mark} ${convergence.words}`] : []),
    `report: ${page}`,
  ].join('\n');
}

function toParts(text: string): CostPart[] {
  const parts = text.split(',');
  const unknown = parts.find((part) => !COST_PARTS.some((known) => known === part));
  if (unknown !== undefined) throw new InvalidArgumentError(`no part is called '${unknown}'.`);
  return COST_PARTS.filter((part) => parts.includes(part));
}

function toSizes(text: string): number[] {
  return text.split(',').map(parseCount);
}

function toRate(text: string): number {
  const rate = parseCount(text);
  if (rate > 500) throw new InvalidArgumentError('500 at most.');
  return rate;
}
