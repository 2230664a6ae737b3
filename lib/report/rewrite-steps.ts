import { z } from 'zod';
import type { Verdict } from '../model/verdict.ts';
import { parseMark, plainText } from './verdict-of.ts';

/** Allure has no word of its own for two of our verdicts; the label `verdict` carries the exact one. */
export const ALLURE_STATUS: Record<Verdict, string> = {
  passed: 'passed',
  failed: 'failed',
  broken: 'broken',
  // Not `unknown`: Allure leaves that out of its percentage, and would show 100 % for a run that proved nothing.
  inconclusive: 'broken',
  'not-applicable': 'skipped',
};

const details = z.looseObject({ message: z.string().optional(), trace: z.string().optional() });
const attachment = z.looseObject({
  name: z.string(),
  source: z.string(),
  type: z.string().optional(),
});

export const step = z.looseObject({
  name: z.string().optional(),
  status: z.string().optional(),
  statusDetails: details.optional(),
  attachments: z.array(attachment).default([]),
  get steps() {
    return z.array(step).default([]);
  },
});
type Step = z.infer<typeof step>;

type Attachment = z.infer<typeof attachment>;

/** Gives steps the status of the verdict that they threw, and lifts pictures to where a reader sees them first. */
export function tidySteps(steps: readonly Step[]): { children: Step[]; pictures: Attachment[] } {
  const pictures: Attachment[] = [];
  const children: Step[] = [];
  for (const one of steps) {
    const inner = tidySteps(one.steps);
    const own = one.attachments.filter(isForReaders);
    pictures.push(...own.filter(isPicture), ...inner.pictures);
    const kept = {
      ...one,
      ...stepStatus(one),
      steps: inner.children,
      attachments: own.filter((file) => !isPicture(file)),
    };
    if (!isEmptyShell(one, kept)) children.push(kept);
  }
  return { children, pictures };
}

function stepStatus(one: Step): Partial<Step> {
  const message = one.statusDetails?.message;
  // The wrapper step around an attachment has no status of its own; Allure would call it unknown.
  if (message === undefined) return one.status === undefined ? { status: 'passed' } : {};
  const mark = parseMark(message);
  if (!mark) return { status: 'broken', statusDetails: { message: plainText(message) } };
  return { status: ALLURE_STATUS[mark.verdict], statusDetails: { message: mark.text } };
}

/** Playwright's hooks in which nothing happened, and the wrapper of an attachment that went elsewhere. */
function isEmptyShell(before: Step, after: Step): boolean {
  if (after.steps.length > 0 || after.attachments.length > 0) return false;
  const hook = before.name === 'Before Hooks' || before.name === 'After Hooks';
  return (hook && after.status === 'passed') || before.attachments.length > 0;
}

/** Playwright's `error-context` is a prompt for a coding assistant. */
export function isForReaders(file: { name: string }): boolean {
  return file.name !== 'error-context';
}

export function isPicture(file: { type?: string | undefined }): boolean {
  return file.type?.startsWith('image/') === true;
}
