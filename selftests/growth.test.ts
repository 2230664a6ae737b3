import { rm } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { growthExponent, linkExponent } from '../lib/analysis/api-growth.ts';
import { sumApiCalls } from '../lib/report/api-calls.ts';
import { fakeCluster, fakeLab } from './fake-lab.ts';
import { productSuites } from './product-suites.ts';
import { runInline } from './run-inline.ts';

/** Suites that go over links, clusters and services: some of each kind, and not long. */
const SUITES =
  /^(discovery\/(propagation|remote-service|shared-service)|dns\/(cluster-ip|headless)|mtls\/(identity|plaintext))\.spec\.ts$/;

/** What the suites would ask of API servers when the lab has so many clusters. */
async function requests(names: readonly string[]): Promise<Record<string, number>> {
  const clusters = names.map((name, index) => fakeCluster(name, index + 1));
  const { environment } = fakeLab();
  const specs = clusters.map((cluster, index) => ({
    ...cluster,
    nodes: environment.clusters[index % 2]?.nodes ?? [],
  }));
  const all = Object.entries(await productSuites());
  const suites = Object.fromEntries(all.filter(([file]) => SUITES.test(file)));
  const run = await runInline(suites, {
    lab: { clusters, environment: { ...environment, clusters: specs } },
    args: ['--project=conformance', '--workers=1'],
    keep: true,
  });
  try {
    return sumApiCalls(run.folder)?.['suites'] ?? {};
  } finally {
    await rm(run.folder, { recursive: true, force: true });
  }
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);

test('requests to API servers grow with the clusters, not with the links between them', async () => {
  test.setTimeout(240_000);
  const two = await requests(['east', 'west']);
  const three = await requests(['east', 'west', 'north']);
  const exponent = growthExponent({ clusters: 2, calls: sum(two) }, { clusters: 3, calls: sum(three) });
  test.info().annotations.push({ type: 'requests', description: JSON.stringify({ two, three, exponent }) });
  expect(exponent).toBeGreaterThan(0);
  expect(exponent, JSON.stringify({ two, three })).toBeLessThan(1.3);
  expect(linkExponent(2, 3)).toBeCloseTo(2.71, 2);
});
