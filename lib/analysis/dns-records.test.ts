import { expect, test } from '@playwright/test';
import type { ServiceView } from '../model/service.ts';
import { answersOf, differenceFrom, recordsOf } from './dns-records.ts';

const shop: ServiceView = {
  name: 'shop',
  namespace: 'town',
  clusterIps: ['10.1.0.7'],
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  endpoints: [{ address: '10.2.0.1' }],
};
const host = 'shop.town.svc.cluster.local';
const crew: ServiceView = {
  ...shop,
  name: 'crew',
  clusterIps: [],
  endpoints: [{ address: '10.2.0.1', hostname: 'crew-0' }, { address: '10.2.0.2' }],
};

const expected = (service: ServiceView, type: string, name = '') =>
  recordsOf(service).find((one) => one.type === type && one.name.startsWith(name));

test('a single-stack service has no AAAA data, but a name', () => {
  expect(expected(shop, 'A')).toMatchObject({ name: `${host}.`, outcome: 'ok', answers: ['10.1.0.7'] });
  const none = expected(shop, 'AAAA');
  expect(none).toMatchObject({ outcome: 'wrong-target', answers: [] });
  // The defect that makes clients which ask for both families give up.
  expect(none && differenceFrom(none, { outcome: 'dns-nxdomain' })).toBe(
    `AAAA ${host}. is NXDOMAIN instead of NODATA`,
  );
  expect(none && differenceFrom(none, { outcome: 'dns-servfail', detail: 'SERVFAIL' })).toBe(
    `AAAA ${host}. is dns-servfail (SERVFAIL) instead of NODATA`,
  );
  expect(expected({ ...shop, clusterIps: ['10.1.0.7', 'fd00::7'] }, 'AAAA')?.answers).toEqual(['fd00::7']);
});

test('ports have SRV records, others have none, and cluster IPs point back', () => {
  const port = expected(shop, 'SRV', '_http');
  expect(port).toMatchObject({ name: `_http._tcp.${host}.`, answers: [`8080 ${host}`] });
  expect(port && differenceFrom(port, { outcome: 'ok', answers: [`0 100 8080 ${host}`] })).toBeUndefined();
  expect(port && differenceFrom(port, { outcome: 'ok', answers: [`0 100 8081 ${host}`] })).toContain(
    `8081 ${host} instead of 8080`,
  );
  expect(expected(shop, 'SRV', '_nobody')?.outcome).toBe('dns-nxdomain');
  expect(expected(shop, 'PTR')).toMatchObject({ name: '10.1.0.7', answers: [host] });
});

test('a headless service is its endpoints, and each with a host name has a name', () => {
  const name = `crew-0.crew.town.svc.cluster.local`;
  expect(expected(crew, 'A')?.answers).toEqual(['10.2.0.1', '10.2.0.2']);
  expect(expected(crew, 'SRV', '_http')?.answers).toEqual([
    `8080 10-2-0-2.crew.town.svc.cluster.local`,
    `8080 ${name}`,
  ]);
  expect(expected(crew, 'A', 'crew-0.')).toMatchObject({ name: `${name}.`, answers: ['10.2.0.1'] });
  const back = expected(crew, 'PTR');
  expect(back && differenceFrom(back, { outcome: 'ok', answers: [name, 'x.other.town'] })).toBeUndefined();
  expect(back && differenceFrom(back, { outcome: 'ok', answers: ['x.other.town'] })).toContain(
    'instead of crew-0',
  );
});

test('a headless service without endpoints has no name', () => {
  const empty = recordsOf({ ...crew, endpoints: [] });
  expect(empty.map(({ type, outcome }) => [type, outcome])).toEqual([
    ['A', 'dns-nxdomain'],
    ['AAAA', 'dns-nxdomain'],
  ]);
});

test('a stale or missing address is named, in any order of the answers', () => {
  const all = expected(crew, 'A');
  if (!all) throw new Error('no A record expected');
  expect(differenceFrom(all, { outcome: 'ok', answers: ['10.2.0.2', '10.2.0.1'] })).toBeUndefined();
  expect(differenceFrom(all, { outcome: 'ok', answers: ['10.2.0.2', '10.2.0.9'] })).toBe(
    'A crew.town.svc.cluster.local. is 10.2.0.2, 10.2.0.9 instead of 10.2.0.1, 10.2.0.2',
  );
  expect(answersOf({ answers: ['b.', 'a'] }, 'PTR')).toEqual(['a', 'b']);
});
