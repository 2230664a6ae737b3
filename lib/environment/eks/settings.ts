import type { AwsAccount, EksSettings } from '../../model/aws.ts';
import type { Problem } from '../problem.ts';
import { parseCidr } from '../cidr.ts';
import { inMs } from '../latency-schema.ts';
import type { EksFile } from './schema.ts';

/** Settings of the provider, from what stands in the file; `images` are what the nodes pull when it names none. */
export function eksSettings(file: EksFile, images: EksSettings['images']): EksSettings {
  const deny = file.deny.accounts;
  const named = Object.entries(file.accounts).map(([name, account]): [string, AwsAccount] => [
    name,
    { name, deny, ...account },
  ]);
  const { dns, ttl, ...rest } = file;
  return {
    ...rest,
    kind: 'eks',
    ttlMs: inMs(ttl),
    accounts: Object.fromEntries([['default', { name: 'default', deny }], ...named]),
    ...(dns ? { dns: { zone: dns.zone, routing: dns.routing, ttlMs: inMs(dns.ttl) } } : {}),
    images: { ...images, ...file.images },
  };
}

/** A cluster of the environment file, as far as AWS cares. */
interface ClusterInFile {
  region: string;
  podCidr: string;
  serviceCidr: string;
  nodes: readonly unknown[];
}

/** What a schema cannot say of one cluster on EKS. Limits: Amazon VPC and Amazon EKS user guides ("Kubernetes network config"). */
export function eksProblems(
  cluster: string,
  { region, podCidr, serviceCidr, nodes }: ClusterInFile,
  file: EksFile,
): Problem[] {
  const spec = file.clusters[cluster];
  const settings = ['provider', 'eks', 'clusters'];
  const problem = (path: string[], message: string, nextStep: string): Problem => ({
    path,
    message: `${path.join('.')}: ${message}`,
    nextStep,
  });
  if (!spec)
    return [problem(settings, `${cluster} is missing`, 'give each cluster its VPC range, zones and nodes')];
  const at = [...settings, cluster];
  const problems: Problem[] = [];
  if (nodes.length > 0)
    problems.push(
      problem(
        ['clusters', cluster, 'nodes'],
        'the nodes of EKS come from a managed node group',
        `remove the list; provider.eks.clusters.${cluster}.nodes says how many`,
      ),
    );
  if (spec.account !== 'default' && !file.accounts[spec.account])
    problems.push(
      problem(
        [...at, 'account'],
        `${spec.account} is none of provider.eks.accounts`,
        'name the account there',
      ),
    );
  if (spec.vpcCidr !== podCidr)
    problems.push(
      problem(
        [...at, 'vpcCidr'],
        `${spec.vpcCidr}, and clusters.${cluster}.podCidr is ${podCidr}`,
        'write the same range: the VPC CNI gives pods addresses of the VPC',
      ),
    );
  if (!prefixWithin(spec.vpcCidr, 16, 22))
    problems.push(
      problem(
        [...at, 'vpcCidr'],
        `${spec.vpcCidr} is no /16 to /22`,
        'a VPC is a /16 at most, and subnets need room',
      ),
    );
  if (!prefixWithin(serviceCidr, 12, 24))
    problems.push(
      problem(
        ['clusters', cluster, 'serviceCidr'],
        `${serviceCidr} is no /12 to /24`,
        'EKS takes /12 to /24',
      ),
    );
  if (spec.identities === 'pod-identity' && file.addons['eks-pod-identity-agent'] === undefined)
    problems.push(
      problem([...at, 'identities'], 'Pod Identity needs an agent', 'pin addons.eks-pod-identity-agent'),
    );
  for (const zone of spec.zones)
    if (zone.slice(0, -1) !== region)
      problems.push(
        problem([...at, 'zones'], `${zone} is no zone of ${region}`, `use zones such as ${region}a`),
      );
  if (new Set(spec.zones).size < spec.zones.length)
    problems.push(problem([...at, 'zones'], 'a zone stands there twice', 'name each zone once'));
  return problems;
}

function prefixWithin(range: string, from: number, to: number): boolean {
  const bits = Number(range.split('/')[1]);
  return parseCidr(range) !== undefined && bits >= from && bits <= to;
}
