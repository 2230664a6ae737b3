import { expect, test } from '@playwright/test';
import { VERDICTS } from '../model/verdict.ts';
import type { Coverage } from './coverage.ts';
import { sampleRun, sampleTest } from './sample-run.ts';
import { summaryMarkdown } from './summary.ts';
import { durationText, figureWords } from './words.ts';

const coverage: Coverage = {
  profile: 'extended',
  selection: { suites: [], from: ['east', 'west'] },
  complete: true,
};
const how = {
  command: 'meshproof verify environments/kind-istio.yaml --seed 7',
  seed: 7,
  coverage,
  ipPlan: false,
};

test('says the verdict in one line, with counts, time and exit code', () => {
  const text = summaryMarkdown(sampleRun([sampleTest('passed'), sampleTest('failed')]), how);
  expect(text).toMatch(/^## ❌ Meshproof: failed\n/);
  expect(text).toContain('1 of 2 tests passed in 1 min 00 s (exit code 1)');
});

test('never calls a run a pass that is none', () => {
  for (const verdict of VERDICTS.filter((one) => one !== 'passed')) {
    const text = summaryMarkdown(sampleRun([sampleTest(verdict)]), how);
    expect(text.split('\n')[0]).not.toContain('✅');
    expect(text).toContain(`because it is ${verdict}`);
  }
});

test('what is not a pass comes first, the worst on top, each with its reason', () => {
  const text = summaryMarkdown(sampleRun(VERDICTS.map((verdict) => sampleTest(verdict))), how);
  const order = ['failed', 'broken', 'inconclusive', 'not-applicable'].map((verdict) =>
    text.indexOf(`because it is ${verdict}`),
  );
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order[0]).toBeGreaterThan(0);
});

test('a green run has no list of problems', () => {
  expect(summaryMarkdown(sampleRun([sampleTest('passed')]), how)).not.toContain('### Not passed');
});

test('shows figures in words, stage times, versions, and how to reproduce', () => {
  const text = summaryMarkdown(
    sampleRun([sampleTest('passed', { figures: { failoverMs: 812.4, longestGapMs: 640 } })]),
    how,
  );
  expect(text).toContain('| dns/cluster-ip: is passed | failover | 812 ms |');
  expect(text).toContain('|  | longest gap | 640 ms |');
  expect(text).toContain('| env up | 1 min 15 s |');
  expect(text).toContain('| istio | 1.31.0 |');
  expect(text).toContain(`\`\`\`sh\n${how.command}\n\`\`\``);
  expect(text).toContain('seed 7');
});

test('text from the mesh cannot become markup, a table cell or a mention', () => {
  const text = summaryMarkdown(sampleRun([sampleTest('failed', { reason: '<b>|@team `x` *y*' })]), how);
  expect(text).toContain('&lt;b>\\|@\u200Bteam \\`x\\` \\*y\\*');
});

test('figures say their unit', () => {
  expect(figureWords('failoverMs', 812.4)).toEqual({ label: 'failover', text: '812 ms' });
  expect(figureWords('steadyMs', 4312)).toEqual({ label: 'steady', text: '4.31 s' });
  expect(figureWords('p99Ms', 3.2345)).toEqual({ label: 'p99', text: '3.23 ms' });
  expect(figureWords('errorSeconds', 1.25)).toEqual({ label: 'error-seconds', text: '1.25' });
  expect(figureWords('ratePerSecond', 99.7)).toEqual({ label: 'rate', text: '99.7/s' });
  expect(figureWords('p99Ms east to west', 3.2)).toEqual({ label: 'p99 east to west', text: '3.2 ms' });
  expect(figureWords('errorRatio', 0.00123)).toEqual({ label: 'error ratio', text: '0.123 %' });
  expect(figureWords('availability', 0.99995)).toEqual({ label: 'availability', text: '99.995 %' });
  expect(figureWords('failedCount', 12)).toEqual({ label: 'failed count', text: '12' });
  expect(figureWords('calls', 1200)).toEqual({ label: 'calls', text: '1200' });
});

test('durations read as a person says them', () => {
  expect(durationText(4.24)).toBe('4.2 s');
  expect(durationText(59.96)).toBe('1 min 00 s');
  expect(durationText(185)).toBe('3 min 05 s');
});

test('shows how often API servers were asked, and by what', () => {
  const apiCalls = { suites: { east: 41, west: 40 }, run: { east: 120 } };
  const text = summaryMarkdown({ ...sampleRun([sampleTest('passed')]), apiCalls }, how);
  expect(text).toContain(
    '| cluster | run | suites |\n|---|---:|---:|\n| east | 120 | 41 |\n| west | 0 | 40 |',
  );
  expect(summaryMarkdown(sampleRun([sampleTest('passed')]), how)).not.toContain('API servers');
});

test('a run of some promises says so, and does not speak for the profile', () => {
  const run = sampleRun([sampleTest('passed')]);
  expect(summaryMarkdown(run, how)).toContain('This is the whole profile extended.');
  const selection = { suites: ['dns'], grep: 'ttl|a', from: ['east'] };
  const text = summaryMarkdown(run, { ...how, coverage: { ...coverage, selection, complete: false } });
  expect(text).toContain(
    'This is a part of the profile extended only: suites dns; ids that match ttl\\|a; called from east.',
  );
  expect(text).not.toContain('whole profile');
});

test('the command to repeat it has the seed, and the IP plan is linked where there is one', () => {
  const run = sampleRun([sampleTest('passed')]);
  const text = summaryMarkdown(run, { ...how, command: 'meshproof verify', ipPlan: true });
  expect(text).toContain('```sh\nmeshproof verify --seed 7\n```');
  expect(text).toContain('[ip-plan.md](ip-plan.md)');
  expect(summaryMarkdown(run, how)).not.toContain('ip-plan.md');
});
