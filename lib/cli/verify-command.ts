import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { formatDuration } from '../model/duration.ts';
import { previewVerify } from '../run/preview.ts';
import { findLab } from '../run/provision.ts';
import { CAPABILITIES, type SuiteCapability } from '../run/suites.ts';
import { type Verified, verify } from '../run/verify.ts';
import { projectRoot } from '../support/paths.ts';
import { commandContext, type EnvironmentFlags, environmentFrom } from './context.ts';
import { withEnvironmentFlags } from './environment-commands.ts';

interface VerifyFlags extends EnvironmentFlags {
  only?: SuiteCapability[];
  keep?: boolean;
  output: string;
  json?: boolean;
  plan?: boolean;
}

/** `meshproof verify` */
export function verifyCommand(): Command {
  return withEnvironmentFlags(new Command('verify'))
    .description('prove that the mesh works: discovery, DNS, mTLS, latency, failover under faults')
    .option('--only <suites>', `comma-separated: ${CAPABILITIES.join(', ')}`, parseOnly)
    .option('--keep', 'leave an environment up that this run made')
    .option('-o, --output <folder>', 'folder of the report', resolve(projectRoot, 'reports/output'))
    .option('--plan', 'say what would be made and broken, and change nothing')
    .option('--json', 'print the verdict as JSON on stdout; progress goes to stderr')
    .addHelpText('after', exitCodes)
    .action(async (flags: VerifyFlags) => {
      if (flags.plan) {
        const environment = environmentFrom(flags);
        console.log(previewVerify(environment, findLab(environment.name), flags.only ?? []).join('\n'));
        return;
      }
      const context = commandContext(flags);
      const result = await verify(environmentFrom(flags), {
        ...context,
        command: ['meshproof', ...process.argv.slice(2)].join(' '),
        only: flags.only ?? [],
        keep: flags.keep ?? false,
        output: resolve(flags.output),
        progress: flags.json ? 'stderr' : 'inherit',
      });
      console.log(
        flags.json
          ? JSON.stringify(result.verdict, null, 2)
          : render(result, resolve(flags.output), context.stages.seconds),
      );
      process.exitCode = result.verdict.exitCode;
    });
}

const exitCodes = `
Exit codes:
  0   passed          every promise held
  1   failed          the mesh broke a promise
  2   inconclusive    the evidence carries no verdict
  3   broken          the environment or Meshproof failed
  64  wrong usage     nothing was changed
  70  a bug in Meshproof`;

function parseOnly(text: string): SuiteCapability[] {
  return text.split(',').map((word) => {
    const found = CAPABILITIES.find((capability) => capability === word.trim());
    if (!found)
      throw new InvalidArgumentError(`"${word}" is no suite; there are ${CAPABILITIES.join(', ')}.`);
    return found;
  });
}

function render({ verdict, report }: Verified, output: string, stages: Record<string, number>): string {
  const counts = Object.entries(verdict.counts).flatMap(([name, count]) =>
    count > 0 ? [`${count} ${name}`] : [],
  );
  const notPassed = verdict.tests.filter((test) => test.verdict !== 'passed');
  return [
    '',
    ...notPassed.map(
      (test) => `${test.verdict.toUpperCase()}  ${test.id}\n  ${test.reason.split('\n').join('\n  ')}`,
    ),
    `stages: ${Object.entries(stages)
      .map(([name, seconds]) => `${name} ${formatDuration(seconds * 1000)}`)
      .join(', ')}`,
    `report: ${report ?? output}`,
    `verdict: ${verdict.verdict} (${counts.join(', ')})`,
  ].join('\n');
}
