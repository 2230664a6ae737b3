import { fileURLToPath } from 'node:url';
import type { ReporterDescription } from '@playwright/test';
import { readManifest, reportFiles } from '../lib/report/read-manifest.ts';
import { environmentPage } from '../lib/report/versions.ts';

/**
 * Reporters of the product's own suites when a run's manifest is given, of a plain test run otherwise. Ours comes
 * before Allure's, because it clears away the results of an earlier run.
 */
export function runReporters(manifestFile: string | undefined): ReporterDescription[] {
  if (manifestFile === undefined) return [['list']];
  const manifest = readManifest(manifestFile);
  return [
    ['list'],
    [fileURLToPath(new URL('verdict-reporter.ts', import.meta.url)), { manifest: manifestFile }],
    [
      'allure-playwright',
      {
        resultsDir: reportFiles(manifest.output).allureResults,
        environmentInfo: environmentPage(manifest),
      },
    ],
  ];
}
