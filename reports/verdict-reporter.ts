import { existsSync, rmSync } from 'node:fs';
import { env } from 'node:process';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import type { PlannedTest, RunManifest } from '../lib/model/run.ts';
import type { RunVerdict, TestVerdict } from '../lib/model/verdict.ts';
import { forgetIpPlan, keepIpPlan } from '../lib/report/ip-plan.ts';
import { readManifest, reportFiles } from '../lib/report/read-manifest.ts';
import { type TestName, nameOf } from '../lib/report/test-name.ts';
import {
  assembleRunVerdict,
  DID_NOT_RUN,
  readVerdict,
  runError,
  writeVerdict,
} from '../lib/report/verdict-file.ts';
import { type Judgement, combineJudgements, plainText, verdictOf } from '../lib/report/verdict-of.ts';
import { versionsOf } from '../lib/report/versions.ts';

interface Collected {
  name: TestName;
  judgements: Judgement[];
  durationMs: number;
}

/**
 * Turns what Playwright saw into `verdict.json`. The file is written at the beginning (every test: did not run)
 * and after each test, so that a killed run leaves a verdict too, and never a better one than was shown.
 */
export default class VerdictReporter implements Reporter {
  readonly #manifest: RunManifest;
  readonly #versions: Record<string, string>;
  readonly #tests = new Map<string, Collected>();
  /** What stands already, by id: results of earlier phases, and the tests of later ones, which did not run yet. */
  readonly #before: ReadonlyMap<string, TestVerdict>;
  readonly #stages: Record<string, number>;
  readonly #errors: string[] = [];
  #startedAt = Date.now();

  constructor(options: { manifest: string }) {
    this.#manifest = readManifest(options.manifest);
    this.#versions = versionsOf(this.#manifest);
    const earlier = env['MESHPROOF_FIRST_PHASE'] === 'false' ? earlierPhases(this.#manifest) : undefined;
    this.#stages = earlier?.stages ?? this.#manifest.stages;
    const before = earlier?.tests ?? (this.#manifest.tests ?? []).map(didNotRun);
    this.#before = new Map(before.map((test) => [test.id, test]));
    // Allure adds to what lies there: results of an earlier run would be judged as this one's.
    if (!earlier) {
      rmSync(reportFiles(this.#manifest.output).allureResults, { recursive: true, force: true });
      forgetIpPlan(this.#manifest.output);
    }
  }

  printsToStdio(): boolean {
    return false;
  }

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#startedAt = Date.now();
    for (const test of suite.allTests()) this.#entry(test);
    this.#write();
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const entry = this.#entry(test);
    entry.judgements.push(
      verdictOf({
        status: result.status,
        errors: result.errors.map(messageOf),
        annotations: result.annotations,
      }),
    );
    entry.durationMs += result.duration;
    keepIpPlan(this.#manifest, result.attachments);
    this.#write();
  }

  onError(error: TestError): void {
    this.#errors.push(plainText(messageOf(error)));
    this.#write();
  }

  /** Playwright's own exit code says only "passed" or not; the verdict file says which of the others. */
  async onEnd(result: FullResult): Promise<{ status: FullResult['status'] }> {
    const { verdict } = this.#write(true);
    if (result.status === 'interrupted' || result.status === 'timedout') return { status: result.status };
    return { status: verdict === 'passed' ? 'passed' : 'failed' };
  }

  #entry(test: TestCase): Collected {
    const name = nameOf(test.location.file, titlesOf(test));
    const known = this.#tests.get(name.id);
    if (known) return known;
    const fresh: Collected = { name, judgements: [], durationMs: 0 };
    this.#tests.set(name.id, fresh);
    return fresh;
  }

  #write(ended = false): RunVerdict {
    const errors = ended ? this.#errors : [...this.#errors, 'the runner was killed before the run ended'];
    const known = [...this.#before.values()].filter(({ capability }) => capability === 'run').length;
    const verdict = assembleRunVerdict({
      manifest: this.#manifest,
      endedAt: new Date(),
      versions: this.#versions,
      stages: {
        ...this.#stages,
        suites: (this.#stages['suites'] ?? 0) + (Date.now() - this.#startedAt) / 1000,
      },
      tests: [
        ...[...this.#before.values()].filter(({ id }) => !this.#tests.has(id)),
        ...[...this.#tests.values()].map(testVerdict),
        ...errors.map((reason, index) => runError(reason, known + index + 1)),
      ],
    });
    writeVerdict(reportFiles(this.#manifest.output).verdict, verdict);
    return verdict;
  }
}

/** The verdict file as the phases before this one left it; undefined when there is none of this run. */
function earlierPhases(manifest: RunManifest): RunVerdict | undefined {
  const { verdict: file } = reportFiles(manifest.output);
  const left = existsSync(file) ? readVerdict(file) : undefined;
  return left?.run === manifest.id ? left : undefined;
}

function didNotRun({ id, capability, title }: PlannedTest): TestVerdict {
  return { id, capability, title, verdict: 'broken', reason: DID_NOT_RUN, durationMs: 0, figures: {} };
}

function testVerdict({ name, judgements, durationMs }: Collected): TestVerdict {
  const judgement: Judgement =
    judgements.length === 0
      ? { verdict: 'broken', reason: DID_NOT_RUN, figures: {} }
      : combineJudgements(judgements);
  return { ...name, ...judgement, durationMs };
}

/** Titles of the enclosing describes and of the test; the first three are root, project and file. */
function titlesOf(test: TestCase): string[] {
  return test.titlePath().slice(3);
}

function messageOf(error: TestError): string {
  return error.message ?? error.value ?? 'an error without a message';
}
