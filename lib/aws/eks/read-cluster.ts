import {
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  type Instance,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import {
  type Cluster,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  type Nodegroup,
  paginateListNodegroups,
} from '@aws-sdk/client-eks';
import type { AwsClusterPlace } from '../../model/aws-check.ts';
import { MeshproofError } from '../../support/errors.ts';
import type { AwsClients } from '../clients.ts';
import { allOf } from '../pages.ts';

/** A cluster as EKS describes it. */
export interface EksCluster {
  /** Name on EKS. */
  eksName: string;
  place: AwsClusterPlace;
  /** Issuer of its tokens, without `https://`. */
  issuer?: string;
  /** Kinds of control-plane logs that are on. */
  logs: string[];
}

/** What the VPC CNI and every current type of instance use unless they are told otherwise (AWS_VPC_ENI_MTU). */
const NODE_MTU = 9001;

/**
 * Where a cluster and its nodes are, and by which groups they are filtered: three calls, one for each node group, and one for a
 * launch template. An `environment` error when there is no such cluster.
 */
export async function readEksCluster(
  clients: AwsClients,
  { cluster, eksName, serviceCidr }: { cluster: string; eksName: string; serviceCidr: string },
): Promise<EksCluster> {
  const { account } = await clients.identity();
  const found = await describe(clients, cluster, eksName);
  const {
    vpcId,
    subnetIds = [],
    securityGroupIds = [],
    clusterSecurityGroupId: own,
  } = found.resourcesVpcConfig ?? {};
  const groups = [...new Set([...(own ? [own] : []), ...securityGroupIds])];
  const nodes = await nodesOf(clients, eksName, groups.slice(0, 1));
  const issuer = found.identity?.oidc?.issuer?.replace(/^https:\/\//, '');
  return {
    eksName,
    place: {
      cluster,
      account,
      region: clients.place.region,
      vpc: vpcId ?? (await vpcOf(clients, subnetIds)),
      serviceCidr: found.kubernetesNetworkConfig?.serviceIpv4Cidr ?? serviceCidr,
      nodes,
      apiServer: { subnets: subnetIds, securityGroups: groups },
      nodeMtu: NODE_MTU,
    },
    ...(issuer === undefined ? {} : { issuer }),
    logs: (found.logging?.clusterLogging ?? [])
      .filter(({ enabled }) => enabled)
      .flatMap(({ types }) => types ?? []),
  };
}

async function describe({ eks, place }: AwsClients, cluster: string, name: string): Promise<Cluster> {
  const answer = await eks.send(new DescribeClusterCommand({ name })).catch((error: unknown) => {
    // By its status: the name of the error is not always sent along.
    const { $metadata: said } = Object(error) as { $metadata?: { httpStatusCode?: number } };
    if (said?.httpStatusCode !== 404) throw error;
    throw new MeshproofError(
      'environment',
      `${cluster}: there is no EKS cluster ${name} in ${place.region}`,
      {
        nextStep: 'meshproof env up makes it',
      },
    );
  });
  return answer.cluster ?? {};
}

/** moto's description of a cluster leaves the VPC out, which its subnets know. */
async function vpcOf({ ec2 }: AwsClients, subnets: string[]): Promise<string> {
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: subnets }));
  return subnet?.VpcId ?? '';
}

/**
 * Subnets and groups of the nodes: those of the instances that run; where none does, those that the node groups would give them,
 * `inherited` when no launch template says otherwise (EKS user guide, "Customize managed nodes with launch templates").
 */
async function nodesOf(
  clients: AwsClients,
  name: string,
  inherited: readonly string[],
): Promise<AwsClusterPlace['nodes']> {
  const { ec2, eks } = clients;
  const filter = { Filters: [{ Name: 'tag:eks:cluster-name', Values: [name] }] };
  const reservations = await allOf(
    paginateDescribeInstances({ client: ec2 }, filter),
    (one) => one.Reservations,
  );
  const instances = reservations
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => State?.Name === 'running' || State?.Name === 'pending');
  if (instances.length > 0) return ofInstances(instances);
  const names = await allOf(
    paginateListNodegroups({ client: eks }, { clusterName: name }),
    (one) => one.nodegroups,
  );
  const nodeGroups = await Promise.all(
    names.map(async (nodegroupName) => {
      const { nodegroup } = await eks.send(
        new DescribeNodegroupCommand({ clusterName: name, nodegroupName }),
      );
      return nodegroup ?? {};
    }),
  );
  const groups = await Promise.all(nodeGroups.map((group) => templateGroups(clients, group)));
  return {
    subnets: unique(nodeGroups.flatMap(({ subnets }) => subnets ?? [])),
    securityGroups: unique(groups.flatMap((own) => (own.length > 0 ? own : inherited))),
  };
}

function ofInstances(instances: readonly Instance[]): AwsClusterPlace['nodes'] {
  return {
    subnets: unique(instances.flatMap(({ SubnetId }) => SubnetId ?? [])),
    securityGroups: unique(
      instances.flatMap(({ SecurityGroups }) =>
        (SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
      ),
    ),
  };
}

async function templateGroups({ ec2 }: AwsClients, { launchTemplate }: Nodegroup): Promise<string[]> {
  if (launchTemplate?.id === undefined) return [];
  const { LaunchTemplateVersions: [version] = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({
      LaunchTemplateId: launchTemplate.id,
      Versions: [launchTemplate.version ?? '$Default'],
    }),
  );
  const { SecurityGroupIds = [], NetworkInterfaces = [] } = version?.LaunchTemplateData ?? {};
  return [...SecurityGroupIds, ...NetworkInterfaces.flatMap(({ Groups }) => Groups ?? [])];
}

function unique(all: readonly string[]): string[] {
  return [...new Set(all)];
}
