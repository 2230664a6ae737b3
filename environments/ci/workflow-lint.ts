import { spawnSync } from 'node:child_process';
import type { Job, Step, Workflow } from './workflow-shape.ts';

/** What is wrong with a workflow beyond its shape, in words; what actionlint and zizmor look for, as far as ours can have it. */
export function lintWorkflow(workflow: Workflow): string[] {
  const names = Object.keys(workflow.jobs);
  return [
    ...references(JSON.stringify({ concurrency: workflow.concurrency }), { workflow }),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) =>
      lintJob(job, workflow, names).map((problem) => `${name}: ${problem}`),
    ),
  ];
}

function lintJob(job: Job, workflow: Workflow, names: readonly string[]): string[] {
  const unknown = needsOf(job).filter((name) => !names.includes(name));
  const { steps, ...head } = job;
  const twice = steps.flatMap(({ id }, index) =>
    id !== undefined && steps.findIndex((one) => one.id === id) < index
      ? [`two steps have the id ${id}`]
      : [],
  );
  return [
    ...unknown.map((name) => `needs ${name}, which is no job`),
    ...twice,
    ...references(JSON.stringify(head), { workflow, job }),
    ...steps.flatMap((step, index) => {
      const before = steps.slice(0, index);
      const what = step.name ?? step.uses ?? step.id ?? String(index);
      return lintStep(step, { workflow, job, before }).map((problem) => `${what}: ${problem}`);
    }),
  ];
}

interface Scope {
  workflow: Workflow;
  job?: Job;
  /** The steps before. */
  before?: readonly Step[];
}

function lintStep(step: Step, scope: Scope): string[] {
  const { uses, run = '' } = step;
  const pinned = uses === undefined || /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses);
  return [
    ...(pinned ? [] : [`${uses} is not pinned to a commit`]),
    // What stands in an expression becomes code of the script: it goes through the environment instead.
    ...(run.includes('${{') ? ['an expression in a script'] : []),
    ...references(JSON.stringify({ ...step, if: step.if && `\${{ ${step.if} }}` }), scope),
    ...variables(step, scope),
    ...shellProblems(run),
  ];
}

/** Names that expressions refer to and nobody defines. */
function references(text: string, { workflow, job, before = [] }: Scope): string[] {
  const expressions = [...text.matchAll(/\$\{\{(.*?)\}\}/g)].map(([, inner = '']) =>
    inner.replaceAll(/'[^']*'/g, ''),
  );
  const defined: Record<string, readonly string[]> = {
    inputs: Object.keys(workflow.on.workflow_dispatch?.inputs ?? {}),
    matrix: Object.keys(job?.strategy?.matrix ?? {}),
    steps: before.flatMap(({ id }) => id ?? []),
    needs: job ? needsOf(job) : [],
    secrets: ['GITHUB_TOKEN'],
    env: Object.keys({ ...workflow.env, ...job?.env }),
    github: GITHUB,
    runner: ['os', 'arch', 'temp'],
  };
  return expressions.flatMap((expression) =>
    [...expression.matchAll(/(?<![\w.'])([a-z]+)\.([\w-]+)(?:\.outputs\.([\w-]+))?/gi)].flatMap(
      ([whole, context = '', name = '', output]) => {
        if (!defined[context]?.includes(name)) return [`${whole} is not defined`];
        const source = before.find(({ id }) => id === name);
        const written = output === undefined || context !== 'steps' || writesOutput(source, output);
        return written ? [] : [`${whole} is written by no step`];
      },
    ),
  );
}

/** Of the context `github`, what ours use. */
const GITHUB = ['event', 'repository', 'run_id', 'run_attempt', 'token'];

function writesOutput(step: Step | undefined, output: string): boolean {
  return step?.run?.includes(`echo "${output}=`) === true && step.run.includes('>> "$GITHUB_OUTPUT"');
}

function needsOf({ needs = [] }: Job): string[] {
  return [needs].flat();
}

/** Variables of the shell, in capitals, that neither the workflow nor GitHub sets. */
function variables({ run = '', env }: Step, { workflow, job }: Scope): string[] {
  const known = new Set(Object.keys({ ...workflow.env, ...job?.env, ...env }));
  const used = [...run.matchAll(/\$\{?([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => name);
  return [...new Set(used)]
    .filter((name) => !known.has(name) && !/^(GITHUB|RUNNER)_/.test(name))
    .map((name) => `$${name} is set by nobody`);
}

/** What bash says of a script that it parses and does not run. */
export function shellProblems(script: string): string[] {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
  return status === 0 ? [] : [stderr.trim()];
}
