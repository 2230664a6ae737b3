import { expect, test } from '@playwright/test';
import type { PlannedTest } from '../model/run.ts';
import { listJson, renderList } from './test-table.ts';

const plain: PlannedTest = {
  id: 'dns/a: holds',
  capability: 'dns',
  title: 'holds',
  file: '/a',
  phase: 'conformance',
  profile: 'core',
  needs: [],
};

test('each test has a row with capability, duration and needs, in reading order; the sum says what it leaves out', () => {
  const rotation = { ...plain, id: 'mtls/b: turns', capability: 'mtls', needs: ['rotate-root', 'mcs'] };
  const lines = renderList([rotation, plain], { [plain.id]: 4.25 }).split('\n');
  expect(lines[0]).toMatch(/^capability +duration +phase +profile +needs +test$/);
  expect(lines[1]).toMatch(/^dns +4\.3 s +conformance +core +- +dns\/a: holds$/);
  expect(lines[2]).toMatch(/^mtls +unknown +conformance +core +rotate-root mcs +mtls\/b: turns$/);
  expect(lines.at(-1)).toBe('2 tests; 4 s one after another, as last measured (1 of them)');
});

test('as JSON each test has its seconds, and none where they are not known', () => {
  const other = { ...plain, id: 'dns/b: holds' };
  expect(JSON.parse(listJson([plain, other], { [plain.id]: 4.25 }))).toEqual([
    { ...plain, seconds: 4.25 },
    other,
  ]);
});
