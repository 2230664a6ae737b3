import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { projectRoot } from '../../lib/support/paths.ts';
import { ZONE } from './verify-extras.ts';

/** What a test's file has beside the usual. */
interface FileChanges {
  /** More of `provider.eks.expect`. */
  expect?: object;
}

/** The kind lab's file on EKS, written into a folder: two regions, a peering, and everything that can be expected. Gives its path. */
export function fileIn(folder: string, changes: FileChanges = {}): string {
  const kind = parse(readFileSync(join(projectRoot, 'environments/kind-istio.yaml'), 'utf8')) as Record<
    string,
    unknown
  >;
  const file = join(folder, 'shop.yaml');
  const zones = (region: string) => [`${region}a`, `${region}b`];
  const environment = {
    ...kind,
    name: 'shop',
    provider: {
      eks: {
        kubernetes: '1.36',
        owner: 'team-mesh',
        ttl: '8h',
        addons: {
          'vpc-cni': 'v1.20.4-eksbuild.1',
          coredns: 'v1.12.4-eksbuild.1',
          'kube-proxy': 'v1.36.0-eksbuild.1',
        },
        clusters: {
          east: { vpcCidr: '10.10.0.0/16', zones: zones('eu-central-1') },
          west: { vpcCidr: '10.20.0.0/16', zones: zones('us-west-2') },
        },
        links: 'peering',
        dns: { zone: ZONE, routing: 'failover', ttl: '30s' },
        expect: {
          flowLogs: true,
          controlPlaneLogs: ['api', 'audit'],
          containerInsights: true,
          ...changes.expect,
        },
      },
    },
    clusters: {
      east: {
        region: 'eu-central-1',
        network: 'net-east',
        podCidr: '10.10.0.0/16',
        serviceCidr: '172.20.0.0/16',
      },
      west: {
        region: 'us-west-2',
        network: 'net-west',
        podCidr: '10.20.0.0/16',
        serviceCidr: '172.21.0.0/16',
      },
    },
  };
  writeFileSync(file, stringify(environment));
  return file;
}
