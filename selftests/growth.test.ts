import { rm } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { growthExponent, growthTable, linkExponent, type RunCalls } from '../lib/analysis/api-growth.ts';
import { apiCallsFile, readRunCalls } from '../lib/report/api-calls.ts';
import { OF_AGENTS } from './fake/counted.ts';
import { fakeCluster, fakeLab } from './fake-lab.ts';
import { productSuites } from './product-suites.ts';
import { runInline } from './run-inline.ts';

/** Above a share for each cluster (1), and well below a request for each link (2.7). */
const STEEP = 1.6;
/** What each link costs by itself: a Job of k6 for every link whose latency is measured, and no fan-out can do that. */
const A_LOAD_FOR_EACH_LINK = /^latency\/cross-cluster:/;

/** What the tests that pass would ask of API servers when the lab has so many clusters. */
async function requests(names: readonly string[]): Promise<RunCalls> {
  const clusters = names.map((name, index) => fakeCluster(name, index + 1));
  const { environment } = fakeLab();
  const specs = clusters.map((cluster, index) => ({
    ...cluster,
    nodes: environment.clusters[index % 2]?.nodes ?? [],
  }));
  const run = await runInline(await productSuites(), {
    lab: { clusters, environment: { ...environment, clusters: specs } },
    keep: true,
  });
  try {
    const { clusters: count, tests } = readRunCalls(apiCallsFile(run.folder));
    const passed = run.verdict.tests.filter(({ verdict }) => verdict === 'passed');
    return { clusters: count, tests: Object.fromEntries(passed.map(({ id }) => [id, tests[id] ?? {}])) };
  } finally {
    await rm(run.folder, { recursive: true, force: true });
  }
}

test('requests to API servers grow with the clusters, not with the links between them', async () => {
  test.setTimeout(300_000);
  const two = await requests(['east', 'west']);
  const three = await requests(['east', 'west', 'north']);
  expect([two.clusters, three.clusters]).toEqual([2, 3]);
  const { total, tests } = growthTable(two, three);
  test.info().annotations.push({ type: 'requests', description: JSON.stringify({ total, tests }) });
  expect(tests.length).toBeGreaterThan(30);
  expect(total.exponent).toBeGreaterThan(0);
  expect(total.exponent, JSON.stringify(total)).toBeLessThan(1.3);
  const steep = tests.filter(({ name, kinds }) => {
    const own = kinds.filter((kind) => !OF_AGENTS.includes(kind.name));
    const [small, large] = [sum(own.map((kind) => kind.small)), sum(own.map((kind) => kind.large))];
    const exponent = growthExponent({ clusters: 2, calls: small }, { clusters: 3, calls: large });
    return exponent > STEEP && !A_LOAD_FOR_EACH_LINK.test(name);
  });
  expect(steep).toEqual([]);
  expect(linkExponent(2, 3)).toBeCloseTo(2.71, 2);
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
