import { existsSync } from 'node:fs';
import type { RunManifest } from '../model/run.ts';
import type { RunVerdict } from '../model/verdict.ts';
import { describeError } from '../support/errors.ts';
import { type Log, silentLog } from '../support/log.ts';
import { sumApiCalls } from './api-calls.ts';
import { generateAllureReport, rewriteAllureResults } from './allure.ts';
import { conformanceYaml } from './conformance.ts';
import { earlierSignature } from './conformance-check.ts';
import { coverageOf } from './coverage.ts';
import { openHistory } from './history.ts';
import { junitXml } from './junit.ts';
import { reportFiles } from './read-manifest.ts';
import { summaryMarkdown } from './summary.ts';
import { assembleRunVerdict, readVerdict, runError, writeVerdict } from './verdict-file.ts';
import { versionsOf } from './versions.ts';
import { verdictWords } from './words.ts';
import { writeWhole } from './write-whole.ts';

export interface FinishOptions {
  /** Seconds of stages that ran after the suites. */
  stages?: Record<string, number>;
  /** What went wrong outside of the suites (a revert that failed, a runner that would not start): makes the run broken. */
  errors?: readonly string[];
  log?: Log;
  /** PEM file of the private key (Ed25519) that signs the conformance report. */
  signKey?: string | undefined;
  /** Folder that is kept over runs: gets this run, and says which tests are flaky and how all went before. */
  history?: string | undefined;
  /** When the run ended; now when left out. */
  endedAt?: Date;
}

export interface FinishedReport {
  verdict: RunVerdict;
  /** The Allure report, when it could be made. */
  allure?: string;
}

/**
 * Turns what the suites left in the output folder into the report: `verdict.json` in its final form, `junit.xml`,
 * `summary.md`, the sealed `conformance.yaml`, and the Allure report. A missing verdict is a broken run. An Allure report that can't be made is a
 * warning, because the verdict does not hang on it.
 */
export async function finishReport(
  manifest: RunManifest,
  options: FinishOptions = {},
): Promise<FinishedReport> {
  const { log = silentLog } = options;
  const files = reportFiles(manifest.output);
  const final = finalVerdict(manifest, options);
  const { history: folder } = options;
  const open = () =>
    folder === undefined ? undefined : openHistory(folder, { manifest, verdict: final, log });
  const history = orWarn('no history', open, log);
  const judged = history ? { ...final, flaky: history.flaky } : final;
  const earlier = earlierSignature(files.conformance, manifest.id);
  const { text, seal, signed } = conformanceYaml(manifest, judged, { signKey: options.signKey, earlier });
  if (earlier && !signed) {
    log.warn('conformance.yaml was signed, and differs now: it is unsigned until --sign-key signs it again');
  }
  const apiCalls = sumApiCalls(manifest.output);
  const verdict: RunVerdict = { ...judged, ...(apiCalls ? { apiCalls } : {}), seal };
  writeVerdict(files.verdict, verdict);
  writeWhole(files.conformance, text);
  writeWhole(files.junit, junitXml(verdict));
  writeWhole(
    files.summary,
    summaryMarkdown(verdict, {
      ...manifest,
      coverage: coverageOf(manifest),
      ipPlan: existsSync(files.ipPlan),
    }),
  );
  try {
    await rewriteAllureResults(manifest.output, verdict);
    const title = `Meshproof on ${verdict.environment}: ${verdictWords(verdict)}`;
    return {
      verdict,
      allure: await generateAllureReport(manifest.output, { title, history: history?.allure }),
    };
  } catch (error) {
    log.warn(`no Allure report: ${describeError(error)}`);
    return { verdict };
  } finally {
    if (history) orWarn('this run is not in the history', history.keep, log);
  }
}

/** What the verdict does not hang on: when it cannot be had, a warning says why. */
function orWarn<T>(what: string, work: () => T, log: Log): T | undefined {
  try {
    return work();
  } catch (error) {
    log.warn(`${what}: ${describeError(error)}`);
    return undefined;
  }
}

function finalVerdict(manifest: RunManifest, options: FinishOptions): RunVerdict {
  const { verdict: file } = reportFiles(manifest.output);
  const left = existsSync(file) ? readVerdict(file) : undefined;
  const mine = left?.run === manifest.id ? left : undefined;
  const tests = mine?.tests ?? [];
  const errors = [
    ...(mine ? [] : ['the suites left no verdict: their runner did not start']),
    ...(options.errors ?? []),
  ];
  const known = tests.filter(({ capability }) => capability === 'run').length;
  const verdict = assembleRunVerdict({
    manifest,
    endedAt: options.endedAt ?? new Date(),
    versions: mine?.versions ?? versionsOf(manifest),
    stages: { ...manifest.stages, ...mine?.stages, ...options.stages },
    tests: [...tests, ...errors.map((reason, index) => runError(reason, known + index + 1))],
  });
  return mine?.flaky ? { ...verdict, flaky: mine.flaky } : verdict;
}
