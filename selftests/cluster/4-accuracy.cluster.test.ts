import { expect, test } from '@playwright/test';
import { median } from 'simple-statistics';
import { deployWorld, removeWorld } from '../../lib/run/world.ts';
import { localService, MESH_NAMESPACE } from '../../lib/run/workloads.ts';
import { isExact, openGaps } from './gap.ts';
import { clusterOf, requireLab } from './lab.ts';
import { besideFortio } from './second-tool.ts';

const RATE = 200;

test.describe.configure({ mode: 'default' });
test.beforeAll(() => deployWorld(requireLab(), { run: 'accuracy', areas: [] }));
test.afterAll(() => removeWorld(requireLab()));

/** `npm run accuracy` measures twenty of each. */
test('outages of a known length are measured within 2 probe intervals', async () => {
  await using gaps = await openGaps(requireLab());
  for (const gapMs of [200, 1000, 2000]) {
    const measured = await gaps.measure(gapMs, RATE);
    test.info().annotations.push({ type: 'measured', description: JSON.stringify(measured) });
    expect(isExact(measured, RATE), JSON.stringify(measured)).toBe(true);
  }
});

/** Slices of the load, and how long each is: medians over slices are not moved by a moment of the machine that hit one tool. */
const SLICES = 12;
const SLICE_SECONDS = 5;

test('k6 and a second tool agree about the latency of a path', async () => {
  const lab = requireLab();
  const { kube, nodes, name: cluster } = clusterOf(lab, 'east');
  const node = nodes.find(({ role }) => role === 'worker');
  if (!node) throw new Error(`${cluster} has no worker`);
  const host = `${localService(cluster)}.${MESH_NAMESPACE}.svc.cluster.local`;
  const slices = await besideFortio(lab, kube, node, {
    namespace: MESH_NAMESPACE,
    image: lab.images.k6,
    callers: RATE / 4,
    plan: {
      arms: Array.from({ length: SLICES }, (_, index) => ({
        name: `slice ${index}`,
        protocol: 'http' as const,
        host,
        port: 8080,
      })),
      shape: { kind: 'constant', ratePerSecond: RATE, seconds: SLICE_SECONDS },
    },
  });
  test.info().annotations.push({ type: 'measured', description: JSON.stringify(slices) });
  const asked = RATE * SLICE_SECONDS;
  for (const { k6, fortio } of slices) {
    expect(k6.calls).toBeGreaterThan(0.98 * asked);
    expect(fortio.calls).toBeGreaterThan(0.95 * asked);
  }
  const ratio = (of: 'p50Ms' | 'p99Ms') => median(slices.map(({ k6, fortio }) => k6[of] / fortio[of]));
  expect(Math.abs(ratio('p50Ms') - 1), JSON.stringify(slices)).toBeLessThanOrEqual(0.05);
  expect(Math.abs(ratio('p99Ms') - 1), JSON.stringify(slices)).toBeLessThanOrEqual(0.15);
});
