import { expect, test } from '@playwright/test';
import { istioPushes } from './pushes.ts';

const service = { name: 'pushes-1', namespace: 'shop' };
const HOST = 'pushes-1.shop.svc.cluster.local';
const dump = (...clusters: [string, string][]) =>
  JSON.stringify({
    configs: clusters.map(([name, updated]) => ({ cluster: { name }, last_updated: updated })),
  });

test('each generation is a port of its own, in a service that nobody outside of its namespace hears of', () => {
  const change = istioPushes.change(service, 7) as unknown as {
    metadata: { annotations: Record<string, string> };
    spec: { ports: { port: number }[]; selector?: object };
  };
  expect(change.spec.ports.map(({ port }) => port)).toEqual([20_007]);
  expect(change.spec.selector).toBeUndefined();
  expect(change.metadata.annotations['networking.istio.io/exportTo']).toBe('.');
});

test('a proxy is asked for the clusters of that service alone: no other’s, and not those of clusterset.local', () => {
  const { searchParams } = new URL(istioPushes.page.path(service), 'http://proxy');
  const names = new RegExp(searchParams.get('name_regex') ?? '');
  expect(names.test(`outbound|20007||${HOST}`)).toBe(true);
  expect(names.test(`outbound|20007||other.shop.svc.cluster.local`)).toBe(false);
  expect(names.test(`outbound|20007||pushes-1.shop.svc.clusterset.local`)).toBe(false);
});

test('the newest generation counts, with the proxy’s own time; a proxy that has none says so', () => {
  const page = dump(
    [`outbound|20008||${HOST}`, '2026-11-22T14:16:18.394Z'],
    [`outbound|20007||${HOST}`, '2026-11-22T14:16:10.000Z'],
  );
  expect(istioPushes.page.read(page)).toEqual({
    generation: 8,
    since: Date.parse('2026-11-22T14:16:18.394Z'),
  });
  expect(istioPushes.page.read('{}')).toBeUndefined();
});
