import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { countVerdicts } from '../analysis/flakes.ts';
import { markQuarantined, verdictOfRun } from '../analysis/quarantine.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { RunManifest } from '../model/run.ts';
import { type RunVerdict, type TestVerdict, VERDICTS, type Verdict } from '../model/verdict.ts';
import { EXIT, MeshproofError, errorMessage } from '../support/errors.ts';
import { writeWhole } from './write-whole.ts';

const seconds = z.record(z.string(), z.number().min(0));
const counts = z.record(z.enum(VERDICTS), z.int().min(0));
const testVerdict = z.strictObject({
  id: z.string().min(1).describe('Stable name: <capability>/<file>: <title>'),
  capability: z.string().min(1).describe('Folder under suites/; `run` for errors outside of a test'),
  title: z.string(),
  verdict: z.enum(VERDICTS),
  reason: z.string().describe('Why it is not `passed`; empty for a pass'),
  durationMs: z.number().min(0),
  figures: z.record(z.string(), z.number()).describe('Measured figures by name, with the unit in it'),
  quarantine: z
    .strictObject({
      reason: z.string(),
      owner: z.string(),
      expires: z.iso.date(),
      holds: z.boolean().describe('False when it has expired: the test decides again'),
    })
    .exactOptional()
    .describe('There when the environment names the test in its quarantine'),
});

/** `verdict.json`, as published in verdict.schema.json. Its version is in `schema`. */
export const runVerdictSchema = z.strictObject({
  schema: z.literal('meshproof.dev/verdict/v1'),
  run: z.string().min(1),
  environment: z.string().min(1),
  startedAt: z.iso.datetime({ offset: true }),
  endedAt: z.iso.datetime({ offset: true }),
  verdict: z.enum(VERDICTS),
  exitCode: z.int().min(0).max(255),
  counts,
  versions: z.record(z.string(), z.string()).describe('Names and versions of everything that took part'),
  stages: seconds.describe('Seconds by stage of the run'),
  tests: z.array(testVerdict),
  quarantined: z
    .array(z.string())
    .exactOptional()
    .describe('Tests that did not pass and did not decide the verdict: they are in quarantine'),
  flaky: z
    .array(z.strictObject({ id: z.string(), runs: z.int().min(2), counts }))
    .exactOptional()
    .describe('Tests whose verdicts differ over runs with the same inputs, this one included'),
  apiCalls: z
    .record(z.string(), z.record(z.string(), z.int().min(0)))
    .exactOptional()
    .describe('Requests to API servers: suites or run (before and after them), then cluster'),
  seal: z.string().exactOptional().describe('Last hash of the chain in conformance.yaml'),
}) satisfies z.ZodType<RunVerdict>;

/** What a run's verdict is made of. */
export interface RunParts {
  manifest: Pick<RunManifest, 'id' | 'startedAt'> & {
    lab: { environment: { name: string; quarantine?: readonly Quarantine[] } };
  };
  endedAt: Date;
  versions: Record<string, string>;
  stages: Record<string, number>;
  tests: readonly TestVerdict[];
}

/** Puts a run's verdict together: tests in the order of their ids, those in quarantine as of its end, counts, exit code. */
export function assembleRunVerdict(parts: RunParts): RunVerdict {
  const { name, quarantine = [] } = parts.manifest.lab.environment;
  const sorted = parts.tests.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const tests = markQuarantined(sorted, quarantine, parts.endedAt.getTime());
  const { verdict, quarantined } = verdictOfRun(tests);
  return {
    schema: 'meshproof.dev/verdict/v1',
    run: parts.manifest.id,
    environment: name,
    startedAt: parts.manifest.startedAt,
    endedAt: parts.endedAt.toISOString(),
    verdict,
    exitCode: exitCodeFor(verdict),
    counts: countVerdicts(tests.map((test) => test.verdict)),
    versions: parts.versions,
    stages: parts.stages,
    tests,
    ...(quarantined.length === 0 ? {} : { quarantined }),
  };
}

/** Exit code of a run (DESIGN.md §2). Nothing applicable means that nothing was shown: as `inconclusive`. */
export function exitCodeFor(verdict: Verdict): number {
  return EXIT[verdict === 'not-applicable' ? 'inconclusive' : verdict];
}

/** The reason of a planned test that left no result. */
export const DID_NOT_RUN = 'did not run: the run ended before it';

/** Stands for an error outside of a test: a worker that crashed, a suite that can't be loaded. */
export function runError(reason: string, number: number): TestVerdict {
  const title = number === 1 ? 'error outside of a test' : `error outside of a test (${number})`;
  return {
    id: `run: ${title}`,
    capability: 'run',
    title,
    verdict: 'broken',
    reason,
    durationMs: 0,
    figures: {},
  };
}

/** Writes `verdict.json` so that a reader sees the old file or the new one, never a half. */
export function writeVerdict(file: string, verdict: RunVerdict): void {
  writeWhole(file, `${JSON.stringify(runVerdictSchema.parse(verdict), null, 2)}\n`);
}

/** Reads a `verdict.json`; throws an `environment` error when it is missing or not one. */
export function readVerdict(file: string): RunVerdict {
  try {
    return runVerdictSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new MeshproofError('environment', `${file}: no readable verdict: ${errorMessage(error)}`, {
      nextStep: 'Run meshproof verify again; its output folder must be writable and have space.',
      cause: error,
    });
  }
}

/** JSON Schema of `verdict.json`, as text with a newline at the end. */
export function generateVerdictSchema(): string {
  const schema = z.toJSONSchema(runVerdictSchema, { target: 'draft-2020-12' });
  return `${JSON.stringify({ title: 'Verdict of a Meshproof run', ...schema }, null, 2)}\n`;
}
