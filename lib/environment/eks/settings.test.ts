import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { projectRoot } from '../../support/paths.ts';
import { exitCodeOf } from '../../support/errors.ts';
import { parseEnvironment } from '../load.ts';
import { plannedPrice } from './plan.ts';
import { clusterStacks, eksSettingsOf } from './template/index.ts';

const file = 'environments/eks-two-regions.yaml';
const text = readFileSync(join(projectRoot, file), 'utf8');

test('the settings of the example are read; the credentials of the shell are an account by themselves', () => {
  const settings = eksSettingsOf(parseEnvironment(text, file));
  expect(settings).toMatchObject({ kubernetes: '1.36', ttlMs: 8 * 3_600_000, links: 'peering' });
  expect(settings.accounts).toEqual({ default: { name: 'default', deny: [] } });
  expect(settings.clusters['east']).toMatchObject({ account: 'default', egress: 'nat', identities: 'irsa' });
});

for (const [what, from, to, message] of [
  [
    'pods outside of the VPC',
    'podCidr: 10.20.0.0/16',
    'podCidr: 10.30.0.0/16',
    'clusters.west.vpcCidr: 10.20.0.0/16, and clusters.west.podCidr is 10.30.0.0/16',
  ],
  [
    'ranges that overlap',
    '10.20.0.0/16',
    '10.10.0.0/16',
    'clusters.west.podCidr: 10.10.0.0/16 overlaps 10.10.0.0/16 of clusters.east.podCidr',
  ],
  ['a VPC that is too small', '10.20.0.0/16', '10.20.0.0/24', '10.20.0.0/24 is no /16 to /22'],
  [
    'a service range that EKS does not take',
    '172.21.0.0/16',
    '172.21.0.0/28',
    '172.21.0.0/28 is no /12 to /24',
  ],
  ['a zone of another region', 'us-east-2b', 'us-east-1b', 'us-east-1b is no zone of us-east-2'],
  ['a zone twice', 'us-east-2b', 'us-east-2a', 'a zone stands there twice'],
  ['one zone', '[us-east-2a, us-east-2b]', '[us-east-2a]', 'provider.eks.clusters.west.zones'],
  [
    'an account that is not there',
    'vpcCidr: 10.20',
    'account: other\n        vpcCidr: 10.20',
    'other is none of provider.eks.accounts',
  ],
  [
    'nodes as kind has them',
    'serviceCidr: 172.21.0.0/16',
    'serviceCidr: 172.21.0.0/16\n    nodes: [{ role: worker, zone: a }]',
    'clusters.west.nodes: the nodes of EKS come from a managed node group',
  ],
  [
    'Pod Identity without its agent',
    'vpcCidr: 10.20',
    'identities: pod-identity\n        vpcCidr: 10.20',
    'Pod Identity needs an agent',
  ],
  [
    'a cluster that the provider lacks',
    '      west:\n        vpc',
    '      north:\n        vpc',
    'provider.eks.clusters: west is missing',
  ],
  [
    'a service account without its namespace',
    '      flowLogs: true',
    '      identities: [cart]\n      flowLogs: true',
    'a service account as namespace/name',
  ],
  ['an add-on that is not pinned', 'v1.13.2-eksbuild.1', 'latest', 'a version such as v1.20.4-eksbuild.1'],
] as const)
  test(`${what}: refused with the line`, () => {
    expect(text).toContain(from);
    const changed = text.replaceAll(from, to);
    let error: unknown;
    try {
      parseEnvironment(changed, file);
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toContain(message);
    expect(exitCodeOf(error)).toBe(64);
  });

test('what has no known price makes the whole price unknown, and never less', () => {
  const elsewhere = parseEnvironment(text.replaceAll('us-east-2', 'eu-central-1'), file);
  const price = plannedPrice(eksSettingsOf(elsewhere), clusterStacks(elsewhere));
  expect(price.perHour).toBeUndefined();
  expect(price.lines.filter(({ perHour }) => perHour === undefined).map(({ region }) => region)).toContain(
    'eu-central-1',
  );
});

test('attachments of Transit Gateways are paid by the hour, at both ends of a peering', () => {
  const peered = parseEnvironment(text, file);
  const hubs = parseEnvironment(text.replace('links: peering', 'links: transit-gateway'), file);
  const cost = (one: typeof peered) =>
    plannedPrice(eksSettingsOf(one), clusterStacks(one)).perHour ?? Number.NaN;
  expect(cost(hubs) - cost(peered)).toBeCloseTo(4 * 0.05, 6);
});
