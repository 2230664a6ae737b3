import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { RunManifest } from '../model/run.ts';
import { MeshproofError, errorMessage } from '../support/errors.ts';

/** Only what the reports need is checked; the lab inside was checked by the one who wrote it. */
const outline = z.looseObject({
  id: z.string(),
  command: z.string(),
  startedAt: z.string(),
  seed: z.number(),
  output: z.string(),
  world: z.enum(['lab', 'fake']),
  stages: z.record(z.string(), z.number()),
  lab: z.looseObject({ environment: z.looseObject({ name: z.string() }) }),
});

/** Reads the manifest of a run (its path is in MESHPROOF_RUN); throws a `usage` error when it is none. */
export function readManifest(file: string): RunManifest {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    outline.parse(content);
    return content as RunManifest;
  } catch (error) {
    throw new MeshproofError('usage', `${file}: not the manifest of a run: ${errorMessage(error)}`, {
      nextStep: 'Start the suites with meshproof verify; it writes the manifest and sets MESHPROOF_RUN.',
      cause: error,
    });
  }
}

/** Where the files of a report lie. */
export function reportFiles(output: string) {
  return {
    verdict: join(output, 'verdict.json'),
    junit: join(output, 'junit.xml'),
    summary: join(output, 'summary.md'),
    /** Promise by promise, sealed. */
    conformance: join(output, 'conformance.yaml'),
    /** Every address range in use; there when its test ran. */
    ipPlan: join(output, 'ip-plan.md'),
    allureResults: join(output, 'allure-results'),
    allureReport: join(output, 'allure-report'),
    allureIndex: join(output, 'allure-report', 'index.html'),
    /** What Playwright keeps of each test; attachments are copied out of it. */
    artifacts: join(output, 'playwright'),
  } as const;
}

/** Folder of the files that put a phase's suites into the order that the seed decides. */
export function orderFolder(output: string): string {
  return join(output, 'order');
}

/** Folder for Playwright's own files of the run with this manifest: two runs must not share one. */
export function artifactsOf(manifestFile: string): string {
  return reportFiles(readManifest(manifestFile).output || dirname(manifestFile)).artifacts;
}
