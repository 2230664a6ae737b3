import { expect, test } from '@playwright/test';
import type { CostedCall, CostReadings, CostRole, MeteredContainer } from '../model/cost.ts';
import { analyseCosts } from './costs.ts';

const MIB = 1024 * 1024;

function container(role: CostRole, cluster: string, pod: string): MeteredContainer {
  return {
    role,
    cluster,
    namespace: 'shop',
    pod,
    node: 'worker',
    container: 'proxy',
    id: `${cluster}-${pod}`,
  };
}

const CONTAINERS = [
  container('client-proxy', 'west', 'cart'),
  container('server-proxy', 'west', 'payments-w'),
  container('server-proxy', 'east', 'payments-e'),
  container('gateway', 'east', 'gateway-1'),
  container('gateway', 'east', 'gateway-2'),
  container('gateway', 'west', 'gateway-3'),
  container('control-plane', 'west', 'istiod'),
];

/** 1,000 calls from west in 10 s, every other answered in east. */
const CALLS: CostedCall[] = Array.from({ length: 1000 }, (_, index) => {
  const cluster = index % 2 === 0 ? 'east' : 'west';
  return {
    at: index * 10,
    from: { cluster: 'west', pod: 'cart' },
    to: { cluster, pod: `payments-${cluster[0]}` },
  };
});

/** Readings every second; `cpu` is milliseconds in each, `bytes` what is held after so many seconds. */
function readings(
  of: (one: MeteredContainer) => { cpu: number; bytes: (second: number) => number },
  seconds = 10,
): CostReadings {
  const usage = CONTAINERS.flatMap((one) =>
    Array.from({ length: seconds + 1 }, (_, second) => {
      const { cpu, bytes } = of(one);
      return { id: one.id, at: second * 1000, cpuMs: 5000 + second * cpu, residentBytes: bytes(second) };
    }),
  );
  return { source: 'nodes', containers: CONTAINERS, usage, heap: [] };
}

const CPU: Record<CostRole, number> = {
  'client-proxy': 40,
  'server-proxy': 15,
  gateway: 5,
  'control-plane': 20,
};
const steady = readings(({ role }) => ({ cpu: CPU[role], bytes: () => 40 * MIB }));

test('what a call costs is what was used, over the calls that passed', () => {
  const { figures, notes } = analyseCosts(steady, CALLS);
  const round = (name: string) => Number(figures[name]?.toFixed(2));
  // 400 ms over 1,000 calls; two servers of 150 ms, 1,000 calls; three gateways of 50 ms, but only 500 calls cross.
  expect(round('cpuPerCallMs client-proxy')).toBe(0.4);
  expect(round('cpuPerCallMs server-proxy')).toBe(0.3);
  expect(round('cpuPerCallMs gateway')).toBe(0.3);
  expect(round('cpuPercent control-plane')).toBe(2);
  expect(figures['memoryMiB client-proxy']).toBe(40);
  expect(notes).toEqual([]);
});

test('a proxy that takes more for each call shows it, however many calls there are', () => {
  const dear = readings(({ role }) => ({ cpu: CPU[role] * 1.5, bytes: () => 40 * MIB }));
  const cost = (given: CostReadings, calls: readonly CostedCall[]) =>
    analyseCosts(given, calls).figures['cpuPerCallMs client-proxy'] ?? 0;
  expect(cost(dear, CALLS) / cost(steady, CALLS)).toBeCloseTo(1.5);
});

test('only the calls between the first and the last reading count', () => {
  // A kubelet that tells of seconds 3 to 8 only.
  const late = { ...steady, usage: steady.usage.filter(({ at }) => at >= 3000 && at <= 8000) };
  expect(analyseCosts(late, CALLS).figures['cpuPerCallMs client-proxy']).toBeCloseTo(0.4);
});

test('a container that was read once leaves its role without a figure, with the reason', () => {
  const once = { ...steady, usage: steady.usage.filter(({ id, at }) => id !== 'west-cart' || at === 0) };
  const { figures, notes } = analyseCosts(once, CALLS);
  expect(figures['cpuPerCallMs client-proxy']).toBeNull();
  expect(figures['cpuPerCallMs server-proxy']).not.toBeNull();
  expect(notes).toEqual(['client-proxy: 1 of 1 containers were read less than twice']);
});

test('a server that leaks in one cluster is named by it, and nothing else is', () => {
  const leaking = readings(
    ({ role, cluster }) => ({
      cpu: CPU[role],
      bytes: (second) =>
        40 * MIB + (role === 'server-proxy' && cluster === 'east' ? second * 400_000 : (second % 3) * 4096),
    }),
    40,
  );
  const calls = Array.from({ length: 4000 }, (_, index) => ({ ...CALLS[index % 1000], at: index * 10 }));
  const { growth } = analyseCosts(leaking, calls as CostedCall[]);
  const growing = growth.filter((one) => one.growth.state === 'grows');
  expect(growing).toMatchObject([{ role: 'server-proxy', cluster: 'east', of: 'resident' }]);
  expect(growth.length).toBeGreaterThan(4);
});
