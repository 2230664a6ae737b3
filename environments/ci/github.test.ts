import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, type TestInfo, test } from '@playwright/test';
import { parse } from 'yaml';
import { projectRoot } from '../../lib/support/paths.ts';
import { type Checkout, makeCheckout, textIn } from './checkout.ts';
import { invocationsIn, refusal } from './invocations.ts';
import { runSteps } from './run-steps.ts';
import { lintWorkflow } from './workflow-lint.ts';
import { type Workflow, workflowSchema } from './workflow-shape.ts';

const textOf = (name: string) =>
  readFileSync(join(projectRoot, 'environments', 'ci', 'github', `${name}.yaml`), 'utf8');
const NIGHTLY = textOf('nightly');
const GATE = textOf('gate');

/** What all checks say of a workflow's text: its shape, its names and scripts, and each call of the command line. */
async function problemsOf(text: string): Promise<string[]> {
  const parsed = workflowSchema.safeParse(parse(text));
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const scripts = Object.values(parsed.data.jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => run ?? []),
  );
  // A choice takes one of its words only.
  const calls = scripts.flatMap((script) => invocationsIn(script, { PROFILE: 'core' }));
  if (calls.length === 0) return ['no call of Meshproof in it'];
  const refused = await Promise.all(calls.map(refusal));
  return [...lintWorkflow(parsed.data), ...refused.flatMap((words) => words ?? [])];
}

/** The text with something in it replaced, which must be there. */
function spoilt(text: string, what: string, by: string): string {
  expect(text).toContain(what);
  return text.replace(what, by);
}

test('both workflows have nothing wrong', async () => {
  expect(await problemsOf(NIGHTLY)).toEqual([]);
  expect(await problemsOf(GATE)).toEqual([]);
});

const defects: [what: string, by: string, said: RegExp][] = [
  ['runs-on: ubuntu-24.04', 'run-on: ubuntu-24.04', /run-on/],
  ['timeout-minutes: 100', 'timeout: 100', /timeout/],
  ['permissions:\n  contents: read', 'permissions: write-all', /permissions/],
  ['cron: "17 2 * * *"', 'cron: "17 2 * *"', /five fields/],
  ['        run: npm ci', '        run: npm ci\n        uses: a/b@c', /uses or run, not both/],
  ['checkout@3d3c42e5aac5ba805825da76410c181273ba90b1', 'checkout@v7', /not pinned/],
  ["steps.verify.outcome != 'skipped'", "steps.verfy.outcome != 'skipped'", /steps\.verfy is not defined/],
  ['${{ matrix.environment }}', '${{ matrix.env }}', /matrix\.env is not defined/],
  ['inputs.profile ||', 'inputs.profil ||', /inputs\.profil is not defined/],
  ['"$ENVIRONMENT" --profile', '"${{ matrix.environment }}" --profile', /an expression in a script/],
  ['env residue "$ENVIRONMENT"', 'env residue "$ENVIRONMNT"', /\$ENVIRONMNT is set by nobody/],
  ['run: cat report/summary.md', 'run: cat $(report/summary.md', /unexpected EOF|syntax error/],
  ['--history history', '--histories history', /unknown option '--histories'/],
  ['--profile "$PROFILE"', '--profile full', /Allowed choices are core, extended/],
  ['env residue', 'env leftovers', /unknown command 'leftovers'/],
  ['report check --output', 'report check now --output', /too many arguments/],
];
for (const [what, by, said] of defects) {
  test(`a defect is seen: ${by.trim().split('\n').at(-1)?.trim()}`, async () => {
    expect((await problemsOf(spoilt(NIGHTLY, what, by))).join('\n')).toMatch(said);
  });
}

test('a defect of the gate is seen: a job that is not there, an output that no step writes, a missing flag', async () => {
  const needs = await problemsOf(spoilt(GATE, 'needs: gate', 'needs: gates'));
  expect(needs.join('\n')).toContain('comment: needs gates, which is no job');
  const output = await problemsOf(spoilt(GATE, 'steps.versions.outputs.to', 'steps.versions.outputs.until'));
  expect(output.join('\n')).toContain('steps.versions.outputs.until is written by no step');
  const flag = await problemsOf(spoilt(GATE, ' --to "$TO"', ''));
  expect(flag.join('\n')).toMatch(/required option '--to/);
});

/** Runs the steps of a job of a workflow in a checkout. */
function runJob(text: string, name: string, checkout: Checkout, context: Record<string, string> = {}) {
  const job = workflowSchema.parse(parse(text)).jobs[name] as Workflow['jobs'][string];
  return runSteps(job, checkout, { 'matrix.environment': 'ci-sample', ...context });
}

const failures = ({ outcomes }: ReturnType<typeof runJob>) =>
  outcomes.flatMap(([name, outcome]) => (outcome === 'failure' ? [name] : []));

test.describe('the steps of the night, one after another', () => {
  // The command line is started for each of them, and Allure makes a report.
  test.describe.configure({ timeout: 120_000 });
  const night = (info: TestInfo, text = NIGHTLY, options: Parameters<typeof makeCheckout>[1] = {}) => {
    const checkout = makeCheckout(info.outputPath('checkout'), options);
    return { checkout, run: runJob(text, 'verify', checkout) };
  };

  test('all succeed on a green run, and the summary is on the page of the job', async ({}, info) => {
    const { checkout, run } = night(info);
    expect(run.said).toEqual({});
    expect(run.outcomes.at(-1)).toEqual(['Remove what is left', 'skipped']);
    expect(textIn(checkout, 'step-summary.md')).toContain('## ✅ Meshproof: passed');
    expect(textIn(checkout, 'history/fake/verdicts.jsonl')).toContain('"run":"run-1"');
  });

  test('a red run that was killed makes the job red; all is kept, and what it left is removed', async ({}, info) => {
    const state = join(info.outputPath('checkout'), 'home/state/environments/ci-sample/state.json');
    mkdirSync(dirname(state), { recursive: true });
    writeFileSync(state, JSON.stringify({ name: 'ci-sample', phase: 'creating', since: 'yesterday' }));
    const { checkout, run } = night(info, NIGHTLY, { verdict: 'failed' });
    expect(failures(run)).toEqual(['Verify', 'Nothing is left']);
    expect(run.said['Verify']).toContain('exit 1');
    expect(run.said['Nothing is left']).toContain('ci-sample: state: creating since yesterday');
    expect(run.outcomes).toContainEqual(['Keep the report', 'success']);
    expect(run.outcomes).toContainEqual(['Keep the history', 'success']);
    expect(run.outcomes.at(-1)).toEqual(['Remove what is left', 'success']);
    expect(textIn(checkout, 'step-summary.md')).toContain('Meshproof: failed');
  });

  test('a step that names a file which nobody writes is red', async ({}, info) => {
    const summary = spoilt(NIGHTLY, 'cat report/summary.md', 'cat report/sumary.md');
    const artifact = spoilt(summary, 'report/junit.xml', 'report/results.xml');
    const { run } = night(info, spoilt(artifact, '--history history', '--history past'));
    expect(failures(run)).toEqual(['Summary', 'Keep the history', 'Keep the report']);
    expect(run.said['Keep the report']).toBe('nothing is at report/results.xml');
  });
});

test.describe('the steps of the gate', () => {
  test.describe.configure({ timeout: 120_000 });
  /** A repository in which the mesh was bumped. */
  function bumped(info: TestInfo, to = '1.32.0'): { checkout: Checkout; base: string } {
    const checkout = makeCheckout(info.outputPath('checkout'));
    const git = 'git -c user.name=a -c user.email=a@example.com';
    const { said } = checkout.run(
      `git init --quiet . && echo 1.31.0 > mesh-version && git add mesh-version && ${git} commit --quiet -m one
       git rev-parse HEAD && printf '${to}\\n' > mesh-version`,
    );
    return { checkout, base: said.trim() };
  }
  const runGate = (text: string, { checkout, base }: ReturnType<typeof bumped>) =>
    // Not the default one, which may be up on this machine.
    runJob(spoilt(text, 'ENVIRONMENT: kind-istio', 'ENVIRONMENT: ci-sample'), 'gate', checkout, {
      'github.event.pull_request.base.sha': base,
    });

  test('succeed, and find the versions before and after', async ({}, info) => {
    const made = bumped(info);
    expect(runGate(GATE, made).said).toEqual({});
    expect(textIn(made.checkout, 'step-output')).toBe('from=1.31.0\nto=1.32.0\n');
    expect(textIn(made.checkout, 'step-summary.md')).toContain('GO: ');
  });

  test('a version that is more than one word is refused, and nothing is gated', async ({}, info) => {
    const run = runGate(GATE, bumped(info, '1.32.0\\nto=evil'));
    expect(failures(run)).toEqual(['Versions']);
    expect(run.outcomes).toContainEqual(['Gate', 'skipped']);
  });

  test('a decision that is looked for under another name is red', async ({}, info) => {
    const run = runGate(spoilt(GATE, 'gate/gate.html', 'gate/index.html'), bumped(info));
    expect(run.said['Keep the decision']).toBe('nothing is at gate/index.html');
  });

  test('the comment begins with its mark, and is the Markdown of the gate', async ({}, info) => {
    const made = bumped(info);
    runGate(GATE, made);
    const comment = runJob(GATE, 'comment', made.checkout, { 'github.event.pull_request.number': '7' });
    expect(comment.said).toEqual({});
    expect(textIn(made.checkout, 'comment.md')).toMatch(/^<!-- meshproof-gate -->\n## ✅ GO: /);
    expect(textIn(made.checkout, 'gh.log')).toContain('gh pr comment 7 --body-file comment.md');
  });
});
