import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestInfo, test } from '@playwright/test';
import { parse } from 'yaml';
import type { Verdict } from '../../lib/model/verdict.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { makeCheckout, textIn } from './checkout.ts';
import { invocationsIn, refusal } from './invocations.ts';
import { shellProblems } from './workflow-lint.ts';
import { type GitlabJob, pipelineSchema } from './workflow-shape.ts';

const TEXT = readFileSync(join(projectRoot, 'environments/ci/gitlab/.gitlab-ci.yml'), 'utf8');

function jobsOf(text: string): Record<string, GitlabJob> {
  const { stages: _stages, default: _default, ...jobs } = pipelineSchema.parse(parse(text));
  return jobs;
}

/** As GitLab runs it: before_script and script are one script. */
function scriptOf({ before_script: before = [], script }: GitlabJob): string {
  return [...before, ...script].join('\n');
}

async function problemsOf(text: string): Promise<string[]> {
  const parsed = pipelineSchema.safeParse(parse(text));
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const problems = Object.entries(jobsOf(text)).map(async ([name, job]) => {
    const scripts = [scriptOf(job), (job.after_script ?? []).join('\n')];
    const refused = await Promise.all(scripts.flatMap((script) => invocationsIn(script)).map(refusal));
    const known = [...Object.keys(job.variables ?? {}), ...(job.parallel?.matrix ?? []).flatMap(Object.keys)];
    const used = [scripts.join('\n'), job.cache?.key ?? ''].join('\n').matchAll(/\$\{?([A-Z][A-Z0-9_]*)/g);
    const unset = [...used]
      .map(([, variable = '']) => variable)
      .filter((variable) => !known.includes(variable) && !/^(CI|GITLAB|MESHPROOF)_/.test(variable));
    return [
      ...(parsed.data.stages.includes(job.stage) ? [] : [`${name}: no stage ${job.stage}`]),
      ...[...new Set(unset)].map((variable) => `${name}: $${variable} is set by nobody`),
      ...scripts.flatMap(shellProblems),
      ...refused.flatMap((words) => words ?? []),
    ];
  });
  return (await Promise.all(problems)).flat();
}

function spoilt(what: string, by: string): string {
  expect(TEXT).toContain(what);
  return TEXT.replace(what, by);
}

test('the pipeline has nothing wrong', async () => {
  expect(await problemsOf(TEXT)).toEqual([]);
});

const defects: [what: string, by: string, said: RegExp][] = [
  ['stage: gate', 'stage: gates', /gate: no stage gates/],
  ['when: always', 'when: allways', /allways|expected one of/i],
  ['node:24-bookworm', 'node:latest', /an image with a tag/],
  ['--history history', '--histories history', /unknown option '--histories'/],
  ['env down "$ENVIRONMENT"', 'env down "$ENV"', /\$ENV is set by nobody/],
  // YAML makes a map of a line with ": " in it, and GitLab refuses the file.
  [
    '- cat report/summary.md',
    '- echo summary: && cat report/summary.md',
    /nightly\.script\.\d+: .*expected string/,
  ],
  ['- cat report/summary.md', '- if [ -f report/summary.md ]; then', /unexpected end of file|syntax error/],
];
for (const [what, by, said] of defects)
  test(`a defect is seen: ${by}`, async () => {
    expect((await problemsOf(spoilt(what, by))).join('\n')).toMatch(said);
  });

test.describe('the script of the night', () => {
  test.describe.configure({ timeout: 120_000 });

  function night(info: TestInfo, text: string, verdict: Verdict) {
    const checkout = makeCheckout(info.outputPath('checkout'), { verdict });
    const job = jobsOf(text)['nightly'] as GitlabJob;
    const ended = checkout.run(scriptOf(job), { ENVIRONMENT: 'ci-sample' });
    const kept = [...job.artifacts.paths, job.artifacts.reports?.junit ?? '', ...(job.cache?.paths ?? [])];
    return { checkout, ended, missing: checkout.missing(kept.join('\n')) };
  }

  test('ends with the code of the verdict, after all the rest', async ({}, info) => {
    const { checkout, ended, missing } = night(info, TEXT, 'inconclusive');
    expect(ended.exitCode, ended.said).toBe(2);
    expect(ended.said).toContain('as it was sealed');
    expect(ended.said).toContain('nothing of ci-sample is left');
    expect(missing).toEqual([]);
    expect(textIn(checkout, 'history/fake/verdicts.jsonl')).toContain('"run":"run-1"');
  });

  test('a name that nobody writes is seen', async ({}, info) => {
    const { ended, missing } = night(info, spoilt('--output report ||', '--output reports ||'), 'passed');
    expect(ended.exitCode).not.toBe(0);
    expect(missing).toContain('report/verdict.json');
  });
});
