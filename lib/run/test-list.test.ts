import { expect, test } from '@playwright/test';
import type { PlannedTest } from '../model/run.ts';
import { MeshproofError } from '../support/errors.ts';
import { listTests, select } from './test-list.ts';

function planned(id: string, profile: PlannedTest['profile']): PlannedTest {
  const [capability = ''] = id.split('/');
  return { id, capability, title: id, file: `/${id}`, phase: 'conformance', profile, needs: [] };
}
const all = [
  planned('dns/a: holds', 'core'),
  planned('dns/b: holds', 'extended'),
  planned('mtls/c: is so', 'core'),
];
const ids = (selection: Parameters<typeof select>[1]) => select(all, selection).map(({ id }) => id);

test('suites, profile and pattern each narrow the selection, and work together', () => {
  expect(ids({ suites: [], profile: 'extended' })).toHaveLength(3);
  expect(ids({ suites: ['dns'], profile: 'extended' })).toEqual(['dns/a: holds', 'dns/b: holds']);
  expect(ids({ suites: [], profile: 'core' })).toEqual(['dns/a: holds', 'mtls/c: is so']);
  expect(ids({ suites: ['dns'], profile: 'core', grep: 'HOLDS$' })).toEqual(['dns/a: holds']);
});

test('a selection that leaves nothing, and a pattern that is none, are wrong usage', () => {
  for (const grep of ['nothing like it', '(']) {
    const chosen = () => select(all, { suites: [], profile: 'core', grep });
    expect(chosen).toThrow(MeshproofError);
    expect(chosen).toThrow(grep === '(' ? /not a regular expression/ : /no test is selected/);
  }
});

test('the suites list themselves: each once, with its phase and what it needs', async () => {
  const tests = await listTests({ suites: [], profile: 'extended' });
  expect(new Set(tests.map(({ id }) => id)).size).toBe(tests.length);
  const kill = tests.find(({ id }) => id.startsWith('failover/node-kill: '));
  expect(kill).toMatchObject({ capability: 'failover', phase: 'disruptive' });
  // Phases that share a runner are in order by file: a file of two of them would run all its tests in the earlier one.
  const serial = tests.filter(({ phase }) => phase !== 'conformance');
  const phases = Map.groupBy(serial, ({ file }) => file);
  for (const [file, own] of phases)
    expect([file, new Set(own.map(({ phase }) => phase)).size]).toEqual([file, 1]);
  const core = await listTests({ suites: [], profile: 'core' });
  expect(core.length).toBeGreaterThan(0);
  expect(core.length).toBeLessThan(tests.length);
});
