import { analyseIam } from '../../analysis/aws/iam.ts';
import { analyseNetwork, type PathSummary } from '../../analysis/aws/network.ts';
import { analyseObservability, controlPlaneGroup, insightsGroup } from '../../analysis/aws/observability.ts';
import { awsCalls } from '../../aws/calls.ts';
import { type AwsClients, awsClients } from '../../aws/clients.ts';
import { type EksCluster, readEksCluster } from '../../aws/eks/read-cluster.ts';
import { readNetwork } from '../../aws/network/read.ts';
import { readObservability } from '../../aws/observability/read.ts';
import { meshDriver } from '../../mesh/registry.ts';
import type { AwsCheck, AwsFinding } from '../../model/aws-check.ts';
import { accountOfCluster, type AwsNetwork, type EksSettings } from '../../model/aws.ts';
import type { Environment } from '../../model/environment.ts';
import { readDns } from './read-dns.ts';
import { readIam } from './read-iam.ts';

/** An environment whose clusters are on EKS. */
export type EksEnvironment = Environment & { provider: EksSettings };

/** What a look at the live accounts came to; nothing was changed, and no pod was needed. */
export interface AwsReport {
  environment: string;
  checks: readonly AwsCheck[];
  findings: AwsFinding[];
  /** What the network lets through; empty when it was not looked at. */
  paths: PathSummary[];
  /** Calls of the AWS API that it took. */
  calls: number;
}

/** A cluster with the clients that reach it. */
export interface LiveCluster {
  clients: AwsClients;
  eks: EksCluster;
}

/** Reads what these checks need, from all accounts and regions at once, and judges it. Throws what AWS answers. */
export async function checkAws(environment: EksEnvironment, checks: readonly AwsCheck[]): Promise<AwsReport> {
  const before = awsCalls().length;
  const live = await liveClusters(environment);
  const network = checks.includes('network')
    ? analyseNetwork(
        await networksOf(live),
        live.map(({ eks }) => eks.place),
        meshDriver(environment).ports,
      )
    : { findings: [], paths: [] };
  const { expect } = environment.provider;
  const others = await Promise.all([
    checks.includes('iam') ? readIam(live).then(analyseIam) : [],
    checks.includes('dns') ? readDns(environment, live) : [],
    checks.includes('cloudwatch')
      ? Promise.all(live.map(recordings)).then((found) => analyseObservability(found, expect))
      : [],
  ]);
  return {
    environment: environment.name,
    checks,
    findings: [...network.findings, ...others.flat()],
    paths: network.paths,
    calls: awsCalls().length - before,
  };
}

/** The clusters of an environment as EKS has them now. */
export function liveClusters({ name, provider, clusters }: EksEnvironment): Promise<LiveCluster[]> {
  return Promise.all(
    clusters.map(async ({ name: cluster, region, serviceCidr }) => {
      const clients = awsClients({ account: accountOfCluster(provider, cluster), region });
      const eksName = `meshproof-${name}-${cluster}`;
      return { clients, eks: await readEksCluster(clients, { cluster, eksName, serviceCidr }) };
    }),
  );
}

/** One snapshot for each account and region, of the VPCs that clusters are in. */
export function networksOf(live: readonly LiveCluster[]): Promise<AwsNetwork[]> {
  const places = Map.groupBy(live, ({ clients }) => clients);
  return Promise.all(
    [...places].map(([clients, own]) =>
      readNetwork(clients, [...new Set(own.map(({ eks }) => eks.place.vpc))]),
    ),
  );
}

function recordings({ clients, eks }: LiveCluster) {
  return readObservability(clients, eks, [controlPlaneGroup(eks.eksName), insightsGroup(eks.eksName)]);
}
