import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Checkout, textIn } from './checkout.ts';
import type { Job, Step } from './workflow-shape.ts';

type Outcome = 'success' | 'failure' | 'skipped';

/** What expressions may ask for beside the outcomes and outputs of steps, by its whole name: `matrix.environment`. */
export type Context = Record<string, string>;

/** How the steps of a job went. */
export interface JobRun {
  outcomes: [step: string, outcome: Outcome][];
  /** What a step said that failed. */
  said: Record<string, string>;
}

const FILES = { GITHUB_STEP_SUMMARY: 'step-summary.md', GITHUB_OUTPUT: 'step-output' };

/**
 * Runs the steps of a job in their order, as GitHub does: those that fail are followed by those that say so. Of actions, what goes out
 * is looked for (`path` of upload-artifact and cache/save must be there); the others do nothing.
 */
export function runSteps(job: Job, checkout: Checkout, context: Context): JobRun {
  const run: JobRun = { outcomes: [], said: {} };
  const known = { ...context };
  for (const file of Object.values(FILES)) appendFileSync(join(checkout.root, file), '');
  const files = Object.entries(FILES).map(([name, file]) => [name, join(checkout.root, file)]);
  for (const step of job.steps) {
    const name = step.name ?? step.uses ?? '';
    const failed = run.outcomes.some(([, outcome]) => outcome === 'failure');
    const before = textIn(checkout, FILES.GITHUB_OUTPUT).length;
    let outcome: Outcome = 'skipped';
    if (isDue(step.if, { failed, known })) {
      const values = { ...evaluated(job.env, known), ...evaluated(step.env, known) };
      const said =
        step.run === undefined
          ? missing(step, checkout)
          : script(step.run, checkout, { ...values, ...Object.fromEntries(files) });
      outcome = said === undefined ? 'success' : 'failure';
      if (said !== undefined) run.said[name] = said;
    }
    run.outcomes.push([name, outcome]);
    if (step.id === undefined) continue;
    known[`steps.${step.id}.outcome`] = outcome;
    for (const line of textIn(checkout, FILES.GITHUB_OUTPUT).slice(before).split('\n')) {
      const [key = '', value = ''] = line.split(/=(.*)/s);
      known[`steps.${step.id}.outputs.${key}`] = value;
    }
  }
  return run;
}

function script(text: string, checkout: Checkout, values: Record<string, string>): string | undefined {
  const { exitCode, said } = checkout.run(text, values);
  return exitCode === 0 ? undefined : `exit ${exitCode}: ${said}`;
}

function missing({ uses = '', with: inputs }: Step, checkout: Checkout): string | undefined {
  if (!/^actions\/(upload-artifact|cache\/save)@/.test(uses)) return undefined;
  const paths = checkout.missing(String(inputs?.['path'] ?? ''));
  return paths.length === 0 ? undefined : `nothing is at ${paths.join(', ')}`;
}

/** Whether a step runs: its condition, and `success()` where that names no status. Of the operators, `&&`, `==` and `!=`. */
function isDue(
  condition: string | undefined,
  { failed, known }: { failed: boolean; known: Context },
): boolean {
  if (condition === undefined) return !failed;
  const status = /\b(always|failure|success|cancelled)\(\)/.test(condition);
  return (status || !failed) && condition.split('&&').every((term) => holds(term.trim(), { failed, known }));
}

function holds(term: string, { failed, known }: { failed: boolean; known: Context }): boolean {
  if (term === 'always()') return true;
  if (term === 'failure()') return failed;
  const [left = '', operator, right = ''] = term.split(/\s*(==|!=)\s*/);
  if (operator === undefined) throw new Error(`cannot tell whether ${term}`);
  return (valueOf(left, known) === valueOf(right, known)) === (operator === '==');
}

function evaluated(values: Job['env'], known: Context): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, inner: string) => {
        const terms = inner.split('||').map((term) => valueOf(term.trim(), known));
        return terms.find((term) => term !== '') ?? '';
      }),
    ]),
  );
}

/** A text in quotes, or what is known by this name; empty where GitHub knows nothing either. */
function valueOf(term: string, known: Context): string {
  return /^'(.*)'$/.exec(term)?.[1] ?? known[term] ?? '';
}
