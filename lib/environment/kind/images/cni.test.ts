import { expect, test } from '@playwright/test';
import { conflist, routesFile } from './cni.ts';

const nodes = [
  { container: 'a', ip: '172.28.0.2', podCidr: '10.1.0.0/24' },
  { container: 'b', ip: '172.28.0.3', podCidr: '10.1.1.0/24' },
  { container: 'c', ip: '172.28.0.4', podCidr: '10.1.2.0/24' },
];

test('a node has routes to the pods of all others, and masquerades what leaves the cluster', () => {
  const [first] = nodes;
  if (!first) throw new Error('no node');
  expect(routesFile(nodes, first, '10.1.0.0/16')).toBe(
    'cluster 10.1.0.0/16\n10.1.1.0/24 via 172.28.0.3\n10.1.2.0/24 via 172.28.0.4\n',
  );
});

test("pods get addresses of their node's own range", () => {
  const parsed = JSON.parse(conflist('10.1.2.0/24')) as {
    plugins: { type: string; ipam?: { ranges: unknown } }[];
  };
  expect(parsed.plugins.map((plugin) => plugin.type)).toEqual(['ptp', 'portmap']);
  expect(parsed.plugins[0]?.ipam?.ranges).toEqual([[{ subnet: '10.1.2.0/24' }]]);
});
