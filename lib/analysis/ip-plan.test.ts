import { expect, test } from '@playwright/test';
import type { AddressUse } from '../model/connectivity.ts';
import { ipOverlaps, ipPlanTable, undeclared } from './ip-plan.ts';

const east: AddressUse = {
  cluster: 'east',
  network: 'a',
  pods: ['10.10.0.0/24', '10.10.1.0/24'],
  services: ['10.110.0.0/16'],
  nodes: ['172.18.0.2', '172.18.0.3'],
};
const west: AddressUse = {
  cluster: 'west',
  network: 'b',
  pods: ['10.20.0.0/24'],
  services: ['10.120.0.0/16'],
  nodes: ['172.18.0.4'],
};

test('distinct ranges collide nowhere', () => {
  expect(ipOverlaps([east, west])).toEqual([]);
});

test('a range that hides the nodes of another cluster fails on any network', () => {
  const found = ipOverlaps([{ ...east, services: [...east.services, '172.18.0.0/24'] }, west]);
  expect(found.filter(({ severity }) => severity === 'failed').map(({ words }) => words)).toContain(
    'service range 172.18.0.0/24 of east and node address 172.18.0.4 of west overlap: calls from east to that node, and to a gateway on it, stay in east',
  );
  // … and its own nodes too.
  expect(found.some(({ words }) => words.includes('the cluster cannot tell them apart'))).toBe(true);
  expect(ipOverlaps([east, { ...west, nodes: ['172.18.0.2'] }])[0]).toMatchObject({ severity: 'failed' });
});

test('equal pod ranges fail on one network and are a remark on two', () => {
  const same = { ...west, pods: east.pods };
  expect(ipOverlaps([east, same]).every(({ severity }) => severity === 'remark')).toBe(true);
  const flat = ipOverlaps([east, { ...same, network: 'a' }]);
  expect(flat[0]).toMatchObject({ severity: 'failed' });
  expect(flat[0]?.words).toContain('on one network');
  const services = ipOverlaps([east, { ...west, network: 'a', services: east.services }]);
  expect(services).toMatchObject([{ severity: 'remark' }]);
});

test('says what the environment file does not have', () => {
  const declared = [{ name: 'east', podCidr: '10.10.0.0/16', serviceCidr: '10.110.0.0/16' }];
  expect(undeclared([east], declared)).toEqual([]);
  expect(undeclared([{ ...east, services: ['10.200.0.0/16'] }], declared)).toEqual([
    'east uses the service range 10.200.0.0/16, which its environment file does not have',
  ]);
});

test('the table has every range, and marks those that collide by how bad it is', () => {
  const clean = ipPlanTable([east, west], ipOverlaps([east, west]), ['a stray']);
  expect(clean).toContain(
    '| east | a | 10.10.0.0/24, 10.10.1.0/24 | 10.110.0.0/16 | 172.18.0.2, 172.18.0.3 |',
  );
  expect(clean).toContain('Nothing overlaps.');
  expect(clean).toContain('- a stray');
  expect(clean).not.toMatch(/❌|⚠️/);
  const bad = [east, { ...west, pods: ['10.10.1.0/24'], nodes: ['172.18.0.2'] }];
  const marked = ipPlanTable(bad, ipOverlaps(bad), []);
  expect(marked).toContain('| 10.10.0.0/24, 10.10.1.0/24 ⚠️ | 10.110.0.0/16 | 172.18.0.2 ❌, 172.18.0.3 |');
  expect(marked).toContain('| west | b | 10.10.1.0/24 ⚠️ | 10.120.0.0/16 | 172.18.0.2 ❌ |');
  expect(marked).not.toContain('Nothing overlaps.');
});
