import { expect, test } from '@playwright/test';
import type { CostReport } from '../model/cost-report.ts';
import { costPage } from './cost-page.ts';
import { costTables } from './cost-tables.ts';

const REPORT: CostReport = {
  environment: 'lab',
  mesh: 'istio 1.31',
  run: 'run-1',
  startedAt: '2026-11-22T18:00:00Z',
  load: { from: 'west', service: 'payments', ratePerSecond: 100, seconds: 30 },
  notes: ['3 of 3000 calls failed'],
};

const growth = (state: 'grows' | 'flat', cluster: string, slope: number) => ({
  role: 'server-proxy' as const,
  cluster,
  of: 'resident' as const,
  growth: { state, slope, lower: slope - 10, upper: slope + 10, floor: 32, calls: 1000, readings: 12 },
});

test('only what was measured has a table', () => {
  expect(costTables(REPORT)).toEqual([]);
  expect(costPage(REPORT)).toContain('3 of 3000 calls failed');
  expect(costPage(REPORT)).not.toContain('<table');
});

test('the cluster in which memory grows speaks for its role, and a missing figure is no zero', () => {
  const figures = { 'cpuPerCallMs server-proxy': null, 'memoryMiB server-proxy': 32.4 };
  const proxies = {
    figures,
    growth: [growth('flat', 'west', 0), growth('grows', 'east', 4096)],
    calls: 3000,
    failed: 0,
    source: 'nodes' as const,
  };
  const [table] = costTables({ ...REPORT, proxies });
  expect(table?.rows).toEqual([
    ['server-proxy', '', '', '32.4 MiB', 'GROWS (4,086 … 4,106 B a call, east)', 'too few readings'],
  ]);
});

test('a change that never came stands where its time would', () => {
  const none = { median: null, fastest: null, slowest: null };
  const own = { median: 120, fastest: 110, slowest: 1500 };
  const missing = ['change 1 of east never came to west/cart'];
  const xds = [{ services: 500, changes: 6, proxies: 4, own, remote: none, all: none, missing }];
  const [table] = costTables({ ...REPORT, xds });
  expect(table?.rows).toEqual([['500', '6', '4', '120 ms (110 ms … 1.5 s)', 'none', missing[0]]]);
});

test('the budget of changes stands with them', () => {
  const convergence = { limitMs: 15_000, verdict: 'failed' as const, words: 'with 500 services 16 s' };
  const page = costPage({ ...REPORT, xds: [], convergence });
  expect(page).toContain('Budget (budgets.propagation): failed, with 500 services 16 s.');
});

test('an estimate stands with what it takes for granted', () => {
  const table = {
    name: 'ours <2026>',
    currency: 'EUR',
    checked: '2026-11-22',
    charges: {},
    paths: { 'same-node': [], 'same-zone': [], 'cross-zone': [], 'cross-region': [] },
  };
  const path = {
    path: 'west to east',
    class: 'cross-region' as const,
    bytesPerCall: 1306,
    gigabytesPerMonth: 3435,
    charges: [{ name: 'far', forBytes: 69, byHour: 0 }],
    total: 69,
  };
  const page = costPage({ ...REPORT, prices: { table, callsPerSecond: 1000, paths: [path] } });
  expect(page).toContain('69 EUR');
  expect(page).toContain('1000 calls a second, day and night');
  expect(page).toContain('ours &lt;2026&gt;, looked up on 2026-11-22');
});
