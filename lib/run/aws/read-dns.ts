import { analyseZone } from '../../analysis/aws/dns.ts';
import { readZone } from '../../aws/dns/read.ts';
import type { AwsFinding } from '../../model/aws-check.ts';
import type { FromClusters, LiveCluster } from './check.ts';
import type { EksEnvironment } from './eks-environment.ts';

/** What is wrong with the zone that an environment's file names; nothing when it names none. Zones are not of a region. */
export async function readDns(
  { provider }: EksEnvironment,
  live: readonly LiveCluster[],
  gateways: FromClusters['gateways'],
): Promise<AwsFinding[]> {
  const [first] = live;
  if (!provider.dns || !first) return [];
  const zone = await readZone(first.clients, provider.dns.zone);
  const vpcs = live.map(({ eks }) => ({ cluster: eks.place.cluster, vpc: eks.place.vpc }));
  return analyseZone(zone, { ...provider.dns, vpcs, ...(gateways ? { gateways } : {}) });
}
