import { failoverName } from '../../analysis/aws/dns-health.ts';
import { awsClients } from '../../aws/clients.ts';
import { checkerReports } from '../../aws/dns/health.ts';
import { readZone } from '../../aws/dns/read.ts';
import { accountOfCluster } from '../../model/aws.ts';
import { type FailoverName, gatewaysName } from '../../model/aws-dns.ts';
import type { Environment } from '../../model/environment.ts';
import { MeshproofError } from '../../support/errors.ts';
import { isEks } from './eks-environment.ts';

/**
 * The name that leads to the gateways of an environment by failover, with the health of its records just now. `not-applicable`
 * where there is none, and where its records are aliases: they answer with a load balancer's addresses, which change.
 */
export async function readFailoverName(environment: Environment): Promise<FailoverName> {
  const { name } = environment;
  if (!isEks(environment)) throw none(`the clusters of ${name} are not on AWS`);
  const { provider } = environment;
  const { dns } = provider;
  if (dns?.routing !== 'failover') throw none(`${name} names no zone with failover records`);
  const [home] = environment.clusters;
  if (!home) throw none(`${name} has no clusters`);
  const clients = awsClients({ account: accountOfCluster(provider, home.name), region: home.region });
  const zone = await readZone(clients, dns.zone);
  if (!zone) throw none(`there is no hosted zone ${dns.zone}`);
  const gateways = gatewaysName(dns.zone);
  const ids = zone.records.flatMap((one) => (one.name === gateways ? (one.healthCheck ?? []) : []));
  const read = ids.map(async (id) => [id, await checkerReports(clients, id)] as const);
  const found = failoverName(zone, gateways, new Map(await Promise.all(read)));
  if (!found) throw none(`${gateways} has no primary and secondary record of addresses or names`);
  return found;
}

function none(words: string): MeshproofError {
  return new MeshproofError('not-applicable', words, {
    nextStep: 'provider.eks.dns with routing: failover, and gateways that are published by host names',
  });
}
