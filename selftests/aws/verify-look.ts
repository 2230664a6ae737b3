import { expect, test } from '@playwright/test';
import { analyseNetwork } from '../../lib/analysis/aws/network.ts';
import { awsCalls } from '../../lib/aws/calls.ts';
import { readEksCluster } from '../../lib/aws/eks/read-cluster.ts';
import { readNetwork } from '../../lib/aws/network/read.ts';
import { istioPorts } from '../../lib/mesh/istio/ports.ts';
import type { BuiltCluster } from './verify-world.ts';

/** Reads both regions, and says what fails; and how many calls it took. */
export async function look(clusters: readonly BuiltCluster[]) {
  const before = awsCalls().length;
  const read = await Promise.all(
    clusters.map(async ({ aws, name, eksName }) => {
      const { place } = await readEksCluster(aws, { cluster: name, eksName, serviceCidr: '172.20.0.0/16' });
      return { place, network: await readNetwork(aws, [place.vpc]) };
    }),
  );
  const { findings, paths } = analyseNetwork(
    read.map(({ network }) => network),
    read.map(({ place }) => place),
    istioPorts,
  );
  const failures = findings
    .filter(({ severity }) => severity === 'failed')
    .map(({ kind, words }) => `${kind}: ${words}`);
  return { failures, paths, calls: awsCalls().slice(before) };
}

/** What a defect is planted with, how it is healed, and the words that name it. */
interface Defect {
  name: string;
  plant(): Promise<unknown>;
  heal?(): Promise<unknown>;
  says: RegExp;
}

/** Plants one after the other; each must be named, and be gone when healed: the next one is found by its own words. */
export async function findEach(clusters: readonly BuiltCluster[], defects: readonly Defect[]): Promise<void> {
  for (const { name, plant, heal, says } of defects) {
    await test.step(name, async () => {
      await plant();
      const { failures } = await look(clusters);
      expect(
        failures.some((one) => says.test(one)),
        failures.join('\n'),
      ).toBe(true);
      if (!heal) return;
      await heal();
      expect((await look(clusters)).failures).toEqual([]);
    });
  }
}
