import { expect, test } from '@playwright/test';
import { fakeLab } from './fake-lab.ts';
import { nameOf, plantedSuites, productSuites } from './product-suites.ts';
import { runInline } from './run-inline.ts';

const CAPABILITIES = /^(?:policy|locality)\//;
/** These change objects of an API server; `meshproof prove` shows that they can fail. */
const NEED_AN_API = ['policy/propagation', 'locality/nearest'];

async function ours(): Promise<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(await productSuites()).filter(([file]) => CAPABILITIES.test(file)),
  );
}

test('policy and locality hold in a healthy mesh of two clusters, and of one', async () => {
  const { clusters } = fakeLab();
  for (const lab of [{}, { clusters: clusters.slice(0, 1) }]) {
    const run = await runInline(await ours(), { lab });
    const alone = 'clusters' in lab ? ['locality/weighted-split'] : [];
    for (const { id, verdict, reason } of run.verdict.tests) {
      const exempt = [...NEED_AN_API, ...alone].some((suite) => id.startsWith(suite));
      expect.soft(verdict, `${id}: ${reason}`).toBe(exempt ? 'not-applicable' : 'passed');
    }
  }
});

test('a CNI without NetworkPolicy is a finding, and a failure only where it is expected', async () => {
  const suite = { suite: 'policy/network-policy', defect: 'fence-down' } as const;
  const { environment } = fakeLab();
  const enforced = { ...environment, expect: { ...environment.expect, networkPolicy: 'enforced' as const } };
  for (const [lab, verdict] of [
    [{}, 'not-applicable'],
    [{ environment: enforced }, 'failed'],
  ] as const) {
    const run = await runInline(await plantedSuites([{ ...suite, says: '' }]), { lab });
    expect(run.verdict.tests, nameOf({ ...suite, says: '' })).toEqual([
      expect.objectContaining({ verdict, reason: expect.stringContaining('east: 5 of 5 calls passed') }),
    ]);
  }
});
