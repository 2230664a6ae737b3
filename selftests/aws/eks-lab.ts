import type { AwsAccount, EksClusterSettings } from '../../lib/model/aws.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { fakeLab } from '../fake-lab.ts';

const ACCOUNT: AwsAccount = { name: 'default', deny: [] };
/** The clusters of {@link networksLab}: a name, a region, a range and the second number of its addresses. */
export const CLUSTERS = [
  { name: 'east', region: 'eu-central-1', cidr: '10.10.0.0/16', second: 10 },
  { name: 'west', region: 'eu-west-1', cidr: '10.20.0.0/16', second: 20 },
] as const;

/** A lab as the provider eks would give it, of this lab's clusters or of the fake one. */
export function onEks(base: Lab = fakeLab()): Lab {
  const settings: EksClusterSettings = {
    account: 'default',
    vpcCidr: '',
    zones: [],
    nodes: { instanceType: 'm7g.large', count: 2 },
    egress: 'nat',
    identities: 'irsa',
    publicAccess: [],
    admins: [],
  };
  const kubeconfigs = Object.fromEntries(base.clusters.map(({ name, kubeconfig }) => [name, kubeconfig]));
  return {
    ...base,
    environment: {
      ...base.environment,
      provider: {
        kind: 'eks',
        kubernetes: '1.36',
        addons: { 'vpc-cni': 'v1', coredns: 'v1', 'kube-proxy': 'v1' },
        owner: 'tests',
        ttlMs: 3_600_000,
        accounts: { default: ACCOUNT },
        clusters: Object.fromEntries(
          base.clusters.map(({ name, podCidr }) => [name, { ...settings, vpcCidr: podCidr }]),
        ),
        links: 'peering',
        paths: [],
        expect: {
          flowLogs: false,
          controlPlaneLogs: [],
          containerInsights: false,
          residency: [],
          identities: [],
        },
        images: { runtime: 'fake/runtime', k6: 'fake/k6' },
      },
    },
    access: { by: 'job', image: 'fake/runtime', kubeconfigs },
  };
}

/** The lab of the clusters that makeNetworks (faults-lab.ts) makes. */
export function networksLab(): Lab {
  return onEks({
    ...fakeLab(),
    clusters: CLUSTERS.map(({ name, region, cidr, second }) => ({
      name,
      region,
      network: `net-${name}`,
      kubeconfig: '/nonexistent/kubeconfig',
      podCidr: cidr,
      serviceCidr: '172.20.0.0/16',
      nodes: ['a', 'b'].map((zone, index) => {
        const node = `ip-10-${second}-${index}-10.${region}.compute.internal`;
        return {
          name: node,
          role: 'worker' as const,
          zone: `${region}${zone}`,
          container: `${name}/${node}`,
          address: `10.${second}.${index}.10`,
        };
      }),
    })),
  });
}
