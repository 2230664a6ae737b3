import { expect, test } from '@playwright/test';
import type { CostReadings } from '../../model/cost.ts';
import { joinReadings } from './meter.ts';

function round(from: number, source: CostReadings['source'] = 'nodes'): CostReadings {
  const container = {
    role: 'client-proxy' as const,
    cluster: 'west',
    namespace: 'shop',
    pod: 'cart',
    node: 'worker',
    container: 'proxy',
    id: 'abc',
  };
  return {
    source,
    containers: [container],
    usage: [0, 1].map((second) => ({
      id: 'abc',
      at: from + second * 1000,
      cpuMs: from / 10 + second,
      residentBytes: 1,
    })),
    heap: [{ id: 'abc', at: from, allocatedBytes: 1 }],
  };
}

test('rounds of the same proxy are one series of readings', () => {
  const joined = joinReadings([round(0), round(10_000)]);
  expect(joined.containers).toHaveLength(1);
  expect(joined.usage.map(({ at }) => at)).toEqual([0, 1000, 10_000, 11_000]);
  expect(joined.heap).toHaveLength(2);
});

test('what a kubelet told in one round is not taken for exact in all', () => {
  expect(joinReadings([round(0), round(10_000, 'kubelets')]).source).toBe('kubelets');
});
