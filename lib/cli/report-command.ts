import { resolve } from 'node:path';
import { Command } from 'commander';
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
  return report;
}
