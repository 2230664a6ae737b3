import { join } from 'node:path';
import type { RunVerdict } from '../model/verdict.ts';
import type { Log } from '../support/log.ts';
import { type FinishOptions, finishReport } from './finish.ts';
import { readManifest, reportFiles } from './read-manifest.ts';
import { readVerdict } from './verdict-file.ts';

/**
 * Makes the reports of a run again from what it left in its folder; calls no cluster. The conformance report is signed with
 * the key, or keeps its signature while nothing in it changes. An error when there is no run.
 */
export async function againReport(
  output: string,
  { log, signKey, history }: Pick<FinishOptions, 'signKey' | 'history'> & { log: Log },
): Promise<{ verdict: RunVerdict; report: string | undefined }> {
  const manifest = { ...readManifest(join(output, 'manifest.json')), output };
  const { endedAt } = readVerdict(reportFiles(output).verdict);
  const { verdict, allure } = await finishReport(manifest, {
    log,
    signKey,
    history,
    endedAt: new Date(endedAt),
  });
  return { verdict, report: allure };
}
