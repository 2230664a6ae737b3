import { VERDICTS, type Verdict, combineVerdicts } from '../model/verdict.ts';
import { type Annotation, assertedSomething, figuresOf } from './annotations.ts';

/** How one run of a test ended, as the runner saw it. */
export interface TestEnd {
  status: 'passed' | 'failed' | 'timedOut' | 'skipped' | 'interrupted';
  /** Messages of its errors, as thrown: colours and `Error: ` prefixes may be there. */
  errors: readonly string[];
  annotations: readonly Annotation[];
}

export interface Judgement {
  verdict: Verdict;
  /** Empty for a pass. */
  reason: string;
  figures: Record<string, number>;
}

interface Cause {
  verdict: Verdict;
  reason: string;
}

/** Puts the mark on a message by which {@link verdictOf} knows its verdict. A pass has no message. */
export function markMessage(verdict: Exclude<Verdict, 'passed'>, message: string): string {
  return `[${verdict}] ${message}`;
}

/**
 * The verdict that a message carries, and the message without colours, prefixes and mark. Undefined when it has
 * no mark at its start: a mark further down may be a quotation.
 */
export function parseMark(message: string): { verdict: Verdict; text: string } | undefined {
  const match = /^\[([a-z-]+)\]\s*([\s\S]*)$/.exec(plainText(message));
  const verdict = VERDICTS.find((known) => known === match?.[1] && known !== 'passed');
  return verdict ? { verdict, text: match?.[2]?.trim() ?? '' } : undefined;
}

/** An error's message as a person reads it: no colours, no `Error: ` in front. */
export function plainText(message: string): string {
  // ECMA-48 control sequences; the runner colours its messages.
  // oxlint-disable-next-line no-control-regex
  const plain = message.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
  return plain.trim().replace(/^(?:[A-Za-z]*(?:Error|Exception): )+/, '');
}

/**
 * The verdict of one test (DESIGN.md §2): an error without a mark is `broken`, because nothing says that the
 * mesh was at fault; a skip without one, and a pass that asserted nothing, are `inconclusive`.
 */
export function verdictOf(end: TestEnd): Judgement {
  const measured = figuresOf(end.annotations);
  const causes = [...causesOf(end), ...measured.problems.map(broken)];
  if (causes.length === 0) causes.push(passedOrEmpty(end));
  return { ...combine(causes), figures: measured.figures };
}

/** Several runs of one test: retrying until green is no check, so the worst of them counts. */
export function combineJudgements(judgements: readonly Judgement[]): Judgement {
  return {
    ...combine(judgements),
    figures: Object.assign({}, ...judgements.map((judgement) => judgement.figures)),
  };
}

function causesOf(end: TestEnd): Cause[] {
  if (end.status === 'skipped') return [skipCause(end)];
  const causes = end.errors.map((message): Cause => {
    const mark = parseMark(message);
    return mark ? { verdict: mark.verdict, reason: mark.text } : broken(plainText(message));
  });
  if (end.status === 'interrupted') causes.push(broken('the run was interrupted while this test ran'));
  if (end.status === 'timedOut' && causes.length === 0) causes.push(broken('the test timed out'));
  if (end.status === 'failed' && causes.length === 0) causes.push(broken('failed without an error'));
  return causes;
}

function skipCause(end: TestEnd): Cause {
  const words = end.annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description;
  const mark = words === undefined ? undefined : parseMark(words);
  if (mark) return { verdict: mark.verdict, reason: mark.text };
  const detail = words === undefined ? '' : `: ${plainText(words)}`;
  return {
    verdict: 'inconclusive',
    reason: `skipped without a reason that names a missing capability${detail}`,
  };
}

function passedOrEmpty(end: TestEnd): Cause {
  if (assertedSomething(end.annotations)) return { verdict: 'passed', reason: '' };
  return { verdict: 'inconclusive', reason: 'asserted nothing: no promise was checked' };
}

function broken(reason: string): Cause {
  return { verdict: 'broken', reason };
}

function combine(causes: readonly Cause[]): Cause {
  // combineVerdicts judges a run, in which a missing capability alone shows nothing; of one test it is the verdict.
  const onlyNotApplicable = causes.length > 0 && causes.every(({ verdict }) => verdict === 'not-applicable');
  const verdict = onlyNotApplicable
    ? 'not-applicable'
    : combineVerdicts(causes.map((cause) => cause.verdict));
  const own = causes.filter((cause) => cause.verdict === verdict && cause.reason !== '');
  const others = causes.filter((cause) => cause.verdict !== verdict && cause.verdict !== 'passed');
  const lines = [
    ...own.map(({ reason }) => reason),
    ...others.map((one) => `also ${one.verdict}: ${one.reason}`),
  ];
  return { verdict, reason: verdict === 'passed' ? '' : [...new Set(lines)].join('\n') };
}
