import { expect, test } from '@playwright/test';
import type { AwsHealthCheck, AwsRecord, AwsZone } from '../../model/aws-dns.ts';
import { failoverName, healthOf, whyNoFailover } from './dns-health.ts';

const CHECK: AwsHealthCheck = { id: 'hc-1', type: 'TCP', inverted: false, disabled: false };
const GOOD = 'Success: TCP connection established';
const BAD = 'Failure: Resolved IP: 10.10.0.7. No response was received';

function record(failover: string, changes: Partial<AwsRecord> = {}): AwsRecord {
  const first = failover === 'PRIMARY';
  return {
    name: 'gateway.mesh.test',
    type: 'CNAME',
    setIdentifier: first ? 'east' : 'west',
    failover,
    ttlMs: first ? 30_000 : 60_000,
    values: [first ? 'east.lb.test' : 'west.lb.test'],
    alias: false,
    evaluatesTarget: false,
    healthCheck: first ? 'hc-1' : 'hc-2',
    ...changes,
  };
}

function zone(...records: AwsRecord[]): AwsZone {
  const healthChecks = [CHECK, { ...CHECK, id: 'hc-2' }];
  return { id: 'Z1', name: 'mesh.test', private: true, vpcs: [], records, healthChecks };
}

function nameWith(primary: string, secondary: string, records = [record('PRIMARY'), record('SECONDARY')]) {
  const reports = new Map([
    ['hc-1', [primary]],
    ['hc-2', [secondary]],
  ]);
  const found = failoverName(zone(...records), 'gateway.mesh.test', reports);
  if (!found) throw new Error('no failover');
  return found;
}

test('an endpoint is healthy when more than 18 % of the checkers reach it, and the other way round when inverted', () => {
  expect(healthOf(CHECK, [GOOD, BAD, BAD, BAD, BAD])).toBe('healthy');
  expect(healthOf(CHECK, [GOOD, BAD, BAD, BAD, BAD, BAD])).toBe('unhealthy');
  expect(healthOf({ ...CHECK, inverted: true }, [GOOD])).toBe('unhealthy');
  expect(healthOf({ ...CHECK, inverted: true }, [BAD])).toBe('healthy');
});

test('a record without a check, and a check that is disabled, is healthy; of a calculated one nobody knows', () => {
  expect(healthOf(undefined, [])).toBe('healthy');
  expect(healthOf({ ...CHECK, disabled: true }, [BAD])).toBe('healthy');
  expect(healthOf({ ...CHECK, disabled: true, inverted: true }, [BAD])).toBe('unhealthy');
  expect(healthOf({ ...CHECK, type: 'CALCULATED' }, [])).toBe('unknown');
});

test('a name that fails over has two records of one type that are no aliases', () => {
  expect(nameWith(GOOD, BAD)).toEqual({
    name: 'gateway.mesh.test',
    type: 'CNAME',
    ttlMs: 60_000,
    primary: { cluster: 'east', values: ['east.lb.test'], healthCheck: 'hc-1', health: 'healthy' },
    secondary: { cluster: 'west', values: ['west.lb.test'], healthCheck: 'hc-2', health: 'unhealthy' },
  });
  const none = (...records: AwsRecord[]) => failoverName(zone(...records), 'gateway.mesh.test', new Map());
  expect(none(record('PRIMARY'))).toBeUndefined();
  expect(none(record('PRIMARY', { alias: true }), record('SECONDARY'))).toBeUndefined();
  expect(none(record('PRIMARY', { type: 'A' }), record('SECONDARY'))).toBeUndefined();
});

test('a failover is tried only where an inverted check would bring it about', () => {
  expect(whyNoFailover(nameWith(GOOD, GOOD))).toBeUndefined();
  expect(whyNoFailover(nameWith(BAD, GOOD))).toMatchObject({
    broken: false,
    words: expect.stringContaining('an inverted check would heal it'),
  });
  const internal = whyNoFailover(nameWith(BAD, BAD));
  expect(internal).toMatchObject({ broken: false, words: expect.stringContaining('as if all were well') });
  expect(internal?.nextStep).toContain('a public endpoint, or of a CloudWatch alarm');
  expect(whyNoFailover(nameWith(GOOD, BAD))).toMatchObject({
    broken: true,
    words: expect.stringMatching(/^failover-did-not-happen: not tried/),
  });
  const { healthCheck: _, ...bare } = record('PRIMARY');
  expect(whyNoFailover(nameWith(GOOD, GOOD, [bare, record('SECONDARY')]))).toMatchObject({
    broken: true,
    words: expect.stringContaining('nothing checks the health of its primary east'),
  });
});
