import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { checkReport } from '../report/conformance-check.ts';
import { errorMessage, EXIT, MeshproofError } from '../support/errors.ts';
import { openReport } from '../report/open.ts';
import { tryExec } from '../support/exec.ts';
import { projectRoot } from '../support/paths.ts';

/** `meshproof report …` */
export function reportCommand(): Command {
  const report = new Command('report').description('work with the report of the last run');
  report
    .command('open')
    .description('open the Allure report in a browser')
    .option('-o, --output <folder>', 'folder of the report', resolve(projectRoot, 'reports/output'))
    .option('--serve', 'serve it on loopback until Ctrl-C, instead of opening the file')
    .option('--port <port>', 'port to serve on', Number)
    .action(async (flags: { output: string; serve?: boolean; port?: number }) => {
      const { url, close } = await openReport(resolve(flags.output), {
        serve: flags.serve ?? false,
        ...(flags.port === undefined ? {} : { port: flags.port }),
      });
      console.log(url);
      if (flags.serve) {
        process.once('SIGINT', () => void close());
        return;
      }
      // No browser on a server is no error: the address is printed.
      await tryExec(process.platform === 'darwin' ? 'open' : 'xdg-open', [url], { timeout: 10_000 });
    });
  report
    .command('check')
    .description(
      'say whether a conformance.yaml is as it was sealed: no verdict, figure or version edited since',
    )
    .option('-o, --output <folder>', 'folder of the report', resolve(projectRoot, 'reports/output'))
    .option(
      '--seal <hash>',
      'the seal that the run printed, from a place that nobody edits (default: that of verdict.json)',
    )
    .option('--key <file>', 'public key (PEM) that must have signed it')
    .addHelpText('after', '\nExit codes: 0 as it was sealed, 1 edited, 3 no such report')
    .action((flags: { output: string; seal?: string; key?: string }) => {
      const publicKey = flags.key === undefined ? undefined : readKey(flags.key);
      const { problems, seal, signed, against } = checkReport(resolve(flags.output), {
        seal: flags.seal,
        publicKey,
      });
      console.log(
        problems.length === 0
          ? `as it was sealed${signed ? ' and signed' : ''}: ${seal}`
          : problems.join('\n'),
      );
      console.log(`held against ${against}`);
      process.exitCode = problems.length === 0 ? EXIT.passed : EXIT.failed;
    });
  return report;
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new MeshproofError('usage', `--key ${file}: ${errorMessage(cause)}`, { cause });
  }
}
