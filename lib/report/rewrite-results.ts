import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { recordWords } from '../analysis/flakes.ts';
import { decides, quarantineNote } from '../analysis/quarantine.ts';
import type { Flake, RunVerdict, TestVerdict } from '../model/verdict.ts';
import { escapeXml } from './junit.ts';
import { nameOf } from './test-name.ts';
import { ALLURE_STATUS, isForReaders, isPicture, step, tidySteps } from './rewrite-steps.ts';
import { plainText } from './verdict-of.ts';
import { figureWords, FLAKY_MARK, QUARANTINE_MARK } from './words.ts';

const label = z.looseObject({ name: z.string(), value: z.string() });

/** The part of an Allure result (`*-result.json`) that we rewrite; the rest passes through. */
export const allureResult = z.looseObject({
  ...step.shape,
  uuid: z.string(),
  fullName: z.string().optional(),
  labels: z.array(label).default([]),
  parameters: z.array(z.looseObject({ name: z.string(), value: z.string() })).default([]),
});
export type AllureResult = z.infer<typeof allureResult>;

export interface RewriteOptions {
  /** Part of a test's identity: its history is kept for each environment apart. */
  environment: string;
  /** Content of an attachment, by the name of its file. */
  readPicture?: (source: string) => Buffer | undefined;
}

/** True for a result that is in our words already. */
export function isRewritten(result: AllureResult): boolean {
  return result.labels.some(({ name }) => name === 'verdict');
}

/** Id of the test that an Allure result is about: Allure's full name is `file › titles`. */
export function testIdOf(result: AllureResult): string {
  const [file = '', ...titles] = (result.fullName ?? '').split(' › ');
  return nameOf(`/${file}`, titles).id;
}

/**
 * An Allure result in our words: status and reason from the verdict, the tree by capability, figures as parameters,
 * and an identity that stays the same when a file moves or a project is renamed.
 */
export function rewriteResult(
  result: AllureResult,
  test: TestVerdict,
  { environment, readPicture = () => undefined }: RewriteOptions,
): AllureResult {
  const identity = createHash('md5').update(`${environment}/${test.id}`).digest('hex');
  const { children, pictures } = tidySteps(result.steps);
  const shown = [...pictures, ...result.attachments.filter(isForReaders)];
  return {
    ...result,
    name: test.title,
    historyId: identity,
    testCaseId: identity,
    titlePath: [test.capability, featureOf(test)],
    status: ALLURE_STATUS[test.verdict],
    statusDetails: statusDetails(test, result.statusDetails?.trace),
    labels: [...result.labels.filter(({ name }) => !OUR_LABELS.has(name)), ...labelsOf(test)],
    parameters: figureParameters(test),
    steps: children,
    attachments: shown,
    ...describe(shown.filter(isPicture), readPicture),
  };
}

/** Shows the pictures on the test's page itself; an attachment takes a click that a hurried reader never makes. */
function describe(
  pictures: AllureResult['attachments'],
  readPicture: NonNullable<RewriteOptions['readPicture']>,
): { descriptionHtml?: string } {
  const shown = pictures.flatMap(({ name, source, type = 'image/png' }) => {
    const base64 = readPicture(source)?.toString('base64');
    if (base64 === undefined) return [];
    return [
      `<p><img alt="${escapeXml(name)}" style="max-width:100%" src="data:${escapeXml(type)};base64,${base64}"></p>`,
    ];
  });
  return shown.length === 0 ? {} : { descriptionHtml: shown.join('\n') };
}

/** The same result with what a run says of the test beside its verdict: its quarantine, and whether it is flaky. Idempotent. */
export function markResult(result: AllureResult, test: TestVerdict, flaky: Flake | undefined): AllureResult {
  const note = quarantineNote(test);
  const marks = [
    ...(note === undefined ? [] : [{ name: 'tag', value: `${QUARANTINE_MARK} ${note}` }]),
    ...(decides(test) ? [] : [{ name: 'quarantine', value: test.verdict }]),
    ...(flaky === undefined ? [] : [{ name: 'tag', value: `${FLAKY_MARK} ${recordWords(flaky)}` }]),
  ];
  const isOurs = ({ name, value }: { name: string; value: string }) =>
    name === 'quarantine' ||
    (name === 'tag' && [QUARANTINE_MARK, FLAKY_MARK].some((mark) => value.startsWith(mark)));
  return {
    ...result,
    labels: [...result.labels.filter((label) => !isOurs(label)), ...marks],
    statusDetails: { ...result.statusDetails, flaky: flaky !== undefined },
  };
}

/** An Allure result for a test that Allure never saw: it did not run, or it stands for an error of the run. */
export function resultWithoutRun(test: TestVerdict, run: RunVerdict): AllureResult {
  const at = Date.parse(run.endedAt);
  const bare = { uuid: randomUUID(), stage: 'finished', start: at, stop: at, links: [], fullName: test.id };
  return rewriteResult({ ...bare, labels: [], parameters: [], steps: [], attachments: [] }, test, run);
}

/** Allure's numeric metrics: one for each figure, so that its history and gates can follow them. */
export function metricsOf(run: RunVerdict): object[] {
  const times = { start: Date.parse(run.startedAt), stop: Date.parse(run.endedAt) };
  return run.tests.flatMap((test) =>
    Object.entries(test.figures).map(([name, value]) => ({
      id: randomUUID(),
      key: `${test.id.split(': ')[0]}.${name}`,
      value,
      title: `${test.title}: ${figureWords(name, value).label}`,
      ...times,
    })),
  );
}

/** Replaced by ours, or true of every test alike. */
const OUR_LABELS = new Set([
  'language',
  'framework',
  'package',
  'epic',
  'feature',
  'story',
  'parentSuite',
  'suite',
  'subSuite',
  'titlePath',
  'verdict',
]);

function labelsOf(test: TestVerdict): { name: string; value: string }[] {
  return [
    { name: 'verdict', value: test.verdict },
    { name: 'epic', value: test.capability },
    { name: 'feature', value: featureOf(test) },
    { name: 'story', value: test.title },
  ];
}

/** The file in words: `failover/node-kill` → "node kill". */
function featureOf(test: TestVerdict): string {
  const stem = test.id.split(': ')[0] ?? test.capability;
  return (stem.split('/').slice(1).join(' ') || stem).replaceAll('-', ' ');
}

function figureParameters(test: TestVerdict): { name: string; value: string; excluded: boolean }[] {
  return Object.entries(test.figures).map(([name, value]) => {
    const { label, text } = figureWords(name, value);
    return { name: label, value: text, excluded: true };
  });
}

/** A stack helps where Meshproof or its environment broke; it says nothing about a mesh. */
function statusDetails(test: TestVerdict, trace: string | undefined): { message?: string; trace?: string } {
  if (test.verdict === 'passed') return {};
  const stack = test.verdict === 'broken' && trace !== undefined ? { trace: plainText(trace) } : {};
  return { message: test.reason, ...stack };
}
