import { expect, test } from '@playwright/test';
import { runInline } from './run-inline.ts';

/** Suites that signal each verdict by hand: what the reporter must understand whatever the fixtures do. */
const head = `import { test } from '@playwright/test';
const promise = () => test.info().annotations.push({ type: 'meshproof.promise', description: 'answers' });
`;

test('every ending of a test becomes its verdict, and the worst decides the exit code', async () => {
  const run = await runInline({
    'dns/endings.spec.ts': `${head}
      test('passes', async () => promise());
      test('asserts nothing', async () => {});
      test('breaks a promise', async () => { promise(); throw new Error('[failed] west never answered'); });
      test('cannot tell', async () => { throw new Error('[inconclusive] the fault was not seen'); });
      test('has no lab', async () => { throw new Error('[broken] no such cluster'); });
      test('has a bug', async () => { (undefined as any).x; });
      test('hangs', async () => { test.setTimeout(300); await new Promise(() => {}); });
      test('needs more', async () => { test.skip(true, '[not-applicable] the mesh lacks headless-discovery'); });
      test('is skipped', async () => { test.skip(); });
      test.describe('group', () => { test('is nested', async () => promise()); });
    `,
  });
  expect(Object.fromEntries(run.verdict.tests.map((one) => [one.id, one.verdict]))).toEqual({
    'dns/endings: passes': 'passed',
    'dns/endings: asserts nothing': 'inconclusive',
    'dns/endings: breaks a promise': 'failed',
    'dns/endings: cannot tell': 'inconclusive',
    'dns/endings: has no lab': 'broken',
    'dns/endings: has a bug': 'broken',
    'dns/endings: hangs': 'broken',
    'dns/endings: needs more': 'not-applicable',
    'dns/endings: is skipped': 'inconclusive',
    'dns/endings: group › is nested': 'passed',
  });
  expect(run.verdict).toMatchObject({ verdict: 'failed', exitCode: 1, environment: 'fake' });
  expect(run.verdict.tests.find(({ title }) => title === 'breaks a promise')?.reason).toBe(
    'west never answered',
  );
});

test('a green run passes, and its figures are in the verdict', async () => {
  const run = await runInline({
    'failover/node-kill.spec.ts': `${head}
      test('survives', async () => {
        promise();
        test.info().annotations.push({ type: 'meshproof.figure', description: '{"name":"failoverMs","value":812}' });
      });
    `,
  });
  expect(run).toMatchObject({ exitCode: 0, verdict: { verdict: 'passed', exitCode: 0 } });
  expect(run.verdict.tests[0]).toMatchObject({ capability: 'failover', figures: { failoverMs: 812 } });
});

test('a run that asserts nothing is not green, although Playwright saw no failure', async () => {
  const run = await runInline({ 'dns/empty.spec.ts': `${head} test('is empty', async () => {});` });
  expect(run.verdict).toMatchObject({ verdict: 'inconclusive', exitCode: 2 });
  expect(run.exitCode).not.toBe(0);
});

test('retrying does not make a failure green', async () => {
  const source = `${head} test('flips', async () => { promise(); if (test.info().retry === 0) throw new Error('[failed] once'); });`;
  const run = await runInline({ 'dns/flaky.spec.ts': source }, { args: ['--retries=1'] });
  expect(run.verdict).toMatchObject({ verdict: 'failed', exitCode: 1 });
});

test('a suite that cannot be loaded is a broken run', async () => {
  const run = await runInline({ 'dns/syntax.spec.ts': `import { nothing } from './missing.ts'; nothing();` });
  expect(run.verdict).toMatchObject({ verdict: 'broken', exitCode: 3 });
  expect(run.verdict.tests[0]?.reason).toContain('missing.ts');
});

test('a worker that dies leaves its test broken and the rest judged', async () => {
  const run = await runInline({
    'dns/crash.spec.ts': `${head}
      test('dies', async () => process.exit(9));
      test('goes on', async () => promise());
    `,
  });
  expect(run.verdict).toMatchObject({ verdict: 'broken', exitCode: 3, counts: { passed: 1, broken: 1 } });
});

test('a test that a stopped run did not reach is broken, not forgotten', async () => {
  const run = await runInline(
    {
      'dns/stop.spec.ts': `${head}
        test.describe.configure({ mode: 'default' });
        test('stops the run', async () => { throw new Error('[inconclusive] stop'); });
        test('never runs', async () => promise());
      `,
    },
    { args: ['-x'] },
  );
  expect(run.verdict.tests.map(({ title, verdict }) => [title, verdict])).toEqual([
    ['never runs', 'broken'],
    ['stops the run', 'inconclusive'],
    ['error outside of a test', 'broken'],
  ]);
  expect(run.verdict.exitCode).toBe(3);
});

test('a run that is killed outright has left a broken verdict, not none', async () => {
  const run = await runInline({
    'dns/killed.spec.ts': `${head}
      test('passes', async () => promise());
      test('kills the runner', async () => { process.kill(process.ppid, 'SIGKILL'); await new Promise(() => {}); });
    `,
  });
  expect(run.verdict).toMatchObject({ verdict: 'broken', exitCode: 3 });
});

test('an interrupted run is broken', async () => {
  const run = await runInline({
    'dns/interrupted.spec.ts': `${head}
      test('is interrupted', async () => { process.kill(process.ppid, 'SIGINT'); await new Promise((done) => setTimeout(done, 20_000)); });
      test('never runs', async () => promise());
    `,
  });
  expect(run.verdict).toMatchObject({ verdict: 'broken', exitCode: 3, counts: { broken: 2 } });
  expect(run.verdict.tests.map(({ reason }) => reason).join()).toContain('interrupted');
});
