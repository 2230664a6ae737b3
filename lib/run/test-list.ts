import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { z } from 'zod';
import { PHASES, type Phase, type PlannedTest, type Profile, WAITING } from '../model/run.ts';
import { nameOf } from '../report/test-name.ts';
import { MeshproofError } from '../support/errors.ts';
import { tryExec } from '../support/exec.ts';
import { projectRoot } from '../support/paths.ts';
import type { SuiteCapability } from './capabilities.ts';

/** Which tests a user asks for. */
export interface Selection {
  /** All when empty. */
  suites: readonly SuiteCapability[];
  profile: Profile;
  /** Regular expression over the tests' ids. */
  grep?: string;
}

const spec = z.looseObject({
  title: z.string(),
  file: z.string(),
  tags: z.array(z.string()),
  tests: z.array(
    z.looseObject({
      projectName: z.string(),
      annotations: z.array(z.looseObject({ type: z.string(), description: z.string().optional() })),
    }),
  ),
});
type Spec = z.infer<typeof spec>;
interface Listed {
  specs?: Spec[] | undefined;
  suites?: Listed[] | undefined;
  title: string;
  file: string;
}
const listed: z.ZodType<Listed> = z.looseObject({
  title: z.string(),
  file: z.string(),
  specs: z.array(spec).optional(),
  suites: z.array(z.lazy(() => listed)).optional(),
});
const report = z.looseObject({
  suites: z.array(listed),
  errors: z.array(z.looseObject({ message: z.string().optional() })),
});

/** Every test that the selection asks for. A `usage` error when it asks for none; a `bug` error when the suites can't be read. */
export async function listTests(selection: Selection): Promise<PlannedTest[]> {
  return select(await knownTests(), selection);
}

/** Every test there is, from the suites themselves; a `bug` error when they can't be read. */
export async function knownTests(): Promise<PlannedTest[]> {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const phases = [...PHASES, WAITING].map((project) => `--project=${project}`);
  const result = await tryExec(execPath, [playwright, 'test', '--list', '--reporter=json', ...phases], {
    cwd: projectRoot,
    // A runner around this one may have its report written to a file; ours is read from stdout.
    env: { MESHPROOF_RUN: '', PLAYWRIGHT_JSON_OUTPUT_FILE: '' },
  });
  const { suites, errors } = report.parse(JSON.parse(result.stdout));
  const [error] = errors;
  if (error) throw new MeshproofError('bug', `the suites can't be read: ${error.message ?? 'no message'}`);
  return suites.flatMap((suite) => planned(suite, []));
}

/** The tests of a list that a selection asks for; a `usage` error when there is none. */
export function select(tests: readonly PlannedTest[], { suites, profile, grep }: Selection): PlannedTest[] {
  const pattern = grep === undefined ? undefined : toPattern(grep);
  const wanted = tests.filter(
    (test) =>
      (suites.length === 0 || suites.some((capability) => capability === test.capability)) &&
      (profile === 'extended' || test.profile === 'core') &&
      (pattern === undefined || pattern.test(test.id)),
  );
  if (wanted.length > 0) return wanted;
  throw new MeshproofError('usage', 'no test is selected: the filters leave none', {
    nextStep: 'meshproof verify --list shows all of them',
  });
}

function toPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (cause) {
    throw new MeshproofError('usage', `--grep: not a regular expression: ${text}`, { cause });
  }
}

/** Tests of a suite of Playwright's, whose titles below the file are `above`. */
function planned(suite: Listed, above: readonly string[]): PlannedTest[] {
  const own = (suite.specs ?? []).flatMap((one) => plannedOf(one, above));
  const inner = (suite.suites ?? []).flatMap((child) => planned(child, [...above, child.title]));
  return [...own, ...inner];
}

function plannedOf({ title, file, tags, tests }: Spec, above: readonly string[]): PlannedTest[] {
  const path = join(projectRoot, file);
  return tests.map(({ projectName, annotations }) => ({
    ...nameOf(path, [...above, title]),
    file: path,
    phase: PHASES.find((phase) => phase === projectName) ?? ('conformance' satisfies Phase),
    profile: tags.some((tag) => tag.replace(/^@/, '') === 'core') ? 'core' : 'extended',
    needs: annotations.flatMap(({ type, description }) =>
      type === 'needs' && description ? [description] : [],
    ),
  }));
}
