import { analyseIam } from '../../analysis/aws/iam.ts';
import { analyseNetwork, type PathSummary } from '../../analysis/aws/network.ts';
import { analyseObservability, controlPlaneGroup, insightsGroup } from '../../analysis/aws/observability.ts';
import type { DnsWish } from '../../analysis/aws/dns.ts';
import { awsCalls } from '../../aws/calls.ts';
import { type AwsClients, awsClients } from '../../aws/clients.ts';
import { type EksCluster, readEksCluster } from '../../aws/eks/read-cluster.ts';
import { awsErrorName } from '../../aws/errors.ts';
import { readNetwork } from '../../aws/network/read.ts';
import { readObservability } from '../../aws/observability/read.ts';
import { stackName } from '../../environment/eks/template/index.ts';
import { meshDriver } from '../../mesh/registry.ts';
import type { AwsCheck, AwsFinding } from '../../model/aws-check.ts';
import type { IamProof, IamSubject } from '../../model/aws-iam.ts';
import { accountOfCluster, type AwsNetwork } from '../../model/aws.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import type { EksEnvironment } from './eks-environment.ts';
import { readDns } from './read-dns.ts';
import { readIam } from './read-iam.ts';

/** What a look at the live accounts came to; nothing was changed, and no pod was needed. */
export interface AwsReport {
  environment: string;
  checks: readonly AwsCheck[];
  findings: AwsFinding[];
  /** What the network lets through; empty when it was not looked at. */
  paths: PathSummary[];
  /** Service accounts with AWS rights; empty when identities were not looked at. */
  identities: IamSubject[];
  /** Who AWS took pods for, where the environment's file lets them ask. */
  proofs?: IamProof[];
  /** Calls of the AWS API that it took. */
  calls: number;
}

/** A cluster with the clients that reach it. */
export interface LiveCluster {
  clients: AwsClients;
  eks: EksCluster;
}

/** What the clusters say themselves, where somebody has asked them. */
export interface FromClusters {
  /** Names and addresses of each cluster's gateways. */
  gateways?: NonNullable<DnsWish['gateways']>;
  /** Service accounts that name a role. */
  annotated?: readonly IamSubject[];
}

/**
 * Reads what these checks need, from all accounts and regions at once, and judges it. An `environment` error when AWS does not
 * let it be read.
 */
export async function checkAws(
  environment: EksEnvironment,
  checks: readonly AwsCheck[],
  fromClusters: FromClusters = {},
): Promise<AwsReport> {
  try {
    return await readAndJudge(environment, checks, fromClusters);
  } catch (cause) {
    if (cause instanceof MeshproofError || !('$metadata' in Object(cause))) throw cause;
    throw new MeshproofError('environment', `AWS: ${awsErrorName(cause)}: ${errorMessage(cause)}`, { cause });
  }
}

async function readAndJudge(
  environment: EksEnvironment,
  checks: readonly AwsCheck[],
  { gateways, annotated = [] }: FromClusters,
): Promise<AwsReport> {
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
  const [iam, ...others] = await Promise.all([
    checks.includes('iam') ? readIam(live, annotated) : undefined,
    checks.includes('dns') ? readDns(environment, live, gateways) : [],
    checks.includes('cloudwatch')
      ? Promise.all(live.map(recordings)).then((found) => analyseObservability(found, expect))
      : [],
  ]);
  return {
    environment: environment.name,
    checks,
    findings: [...network.findings, ...(iam ? analyseIam(iam) : []), ...others.flat()],
    paths: network.paths,
    identities: iam?.subjects ?? [],
    calls: awsCalls().length - before,
  };
}

/** The clusters of an environment as EKS has them now. */
export function liveClusters({ name, provider, clusters }: EksEnvironment): Promise<LiveCluster[]> {
  return Promise.all(
    clusters.map(async ({ name: cluster, region, serviceCidr }) => {
      const clients = awsClients({ account: accountOfCluster(provider, cluster), region });
      const eksName = stackName(name, cluster);
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
