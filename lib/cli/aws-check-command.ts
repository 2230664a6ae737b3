import { Command, InvalidArgumentError } from 'commander';
import { AWS_CHECKS, type AwsCheck, type AwsFinding } from '../model/aws-check.ts';
import type { AwsReport } from '../run/aws/check.ts';
import { isEks } from '../run/aws/eks-environment.ts';
import { EXIT, MeshproofError } from '../support/errors.ts';
import { columns } from './columns.ts';
import { commandContext, environmentFrom } from './context.ts';

interface CheckFlags {
  environment: string;
  only: AwsCheck[];
  json?: boolean;
}

/** `meshproof aws check` */
export function awsCheckCommand(): Command {
  return new Command('check')
    .description(
      'read the live AWS accounts of an environment, and say what is wrong; changes nothing, needs no pods',
    )
    .requiredOption('-e, --environment <file>', 'environment file, or its name below environments/')
    .option('--only <checks>', `some of ${AWS_CHECKS.join(', ')}`, parseChecks, [...AWS_CHECKS])
    .option('--json', 'print findings and paths as JSON on stdout')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing is wrong, 1 something is, 3 it could not be read, 64 wrong usage',
    )
    .action(async (flags: CheckFlags) => {
      const environment = environmentFrom(flags);
      if (!isEks(environment)) {
        throw new MeshproofError(
          'usage',
          `${environment.name} is not on AWS: its provider is ${environment.provider.kind}`,
        );
      }
      const { checkAws } = await import('../run/aws/check.ts');
      const { stages } = commandContext({});
      const words = `reading ${environment.clusters.map(({ name, region }) => `${name} (${region})`).join(', ')}`;
      const report = await stages.run(words, () => checkAws(environment, flags.only));
      console.log(flags.json ? JSON.stringify(report, null, 2) : render(report));
      if (report.findings.some(({ severity }) => severity === 'failed')) process.exitCode = EXIT.failed;
    });
}

function parseChecks(text: string): AwsCheck[] {
  return text.split(',').map((name) => {
    const check = AWS_CHECKS.find((one) => one === name.trim());
    if (check) return check;
    throw new InvalidArgumentError(`${name} is none of ${AWS_CHECKS.join(', ')}.`);
  });
}

const MARKS: Record<AwsFinding['severity'], string> = { failed: '✗', remark: '·' };

/** What gets through, then what is wrong, the failures first. */
function render({ environment, checks, findings, paths, calls }: AwsReport): string {
  const rows = paths
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, protocol, port, allowed, kind, mtu }) => [
      from,
      to,
      `${protocol} ${port}`,
      allowed ? 'allowed' : 'DENIED',
      `${mtu} B`,
      kind,
    ]);
  const table = rows.length > 0 ? [...columns([['from', 'to', 'port', '', 'mtu', 'by'], ...rows]), ''] : [];
  const sorted = findings.toSorted(
    (a, b) => Number(b.severity === 'failed') - Number(a.severity === 'failed'),
  );
  const failed = findings.filter(({ severity }) => severity === 'failed').length;
  return [
    ...table,
    ...sorted.map(({ severity, check, kind, words }) => `${MARKS[severity]} ${check}/${kind}: ${words}`),
    `${environment}: ${failed === 0 ? 'nothing is wrong' : `${failed} findings`} (${checks.join(', ')}; ${calls} calls of the AWS API)`,
  ].join('\n');
}
