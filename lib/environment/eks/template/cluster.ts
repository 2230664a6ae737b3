import type { EksClusterSettings, EksSettings } from '../../../model/aws.ts';
import { getAtt, ref, type Resource, type Value } from './template.ts';

export interface ClusterParts {
  /** Name on EKS. */
  name: string;
  serviceCidr: string;
  settings: EksSettings;
  spec: EksClusterSettings;
  /** Logical ids of the private subnets, by zone. */
  subnets: readonly string[];
  /** Tags of a resource as a list, and as EKS takes them. */
  tagList: (name: string) => Value;
  tagMap: Value;
}

/** The EKS cluster, who may enter it, its add-ons, and a managed node group in each zone. */
export function clusterResources(parts: ClusterParts): Record<string, Resource> {
  const { settings, spec } = parts;
  const resources: Record<string, Resource> = {
    Cluster: cluster(parts),
    NodeTemplate: nodeTemplate(parts),
  };
  for (const [index, principal] of spec.admins.entries())
    resources[`Admin${index}`] = {
      Type: 'AWS::EKS::AccessEntry',
      Properties: {
        ClusterName: ref('Cluster'),
        PrincipalArn: principal,
        AccessPolicies: [
          {
            PolicyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
            AccessScope: { Type: 'cluster' },
          },
        ],
        Tags: parts.tagList('admin'),
      },
    };
  const irsa = spec.identities === 'irsa';
  const cniRole: Record<string, Value> = irsa
    ? { ServiceAccountRoleArn: getAtt('CniRole', 'Arn') }
    : { PodIdentityAssociations: [{ ServiceAccount: 'aws-node', RoleArn: getAtt('CniRole', 'Arn') }] };
  const { addons } = settings;
  const beforeNodes = ['VpcCni', 'KubeProxy', ...(irsa ? [] : ['PodIdentityAgent'])];
  resources['VpcCni'] = addon(parts, 'vpc-cni', addons['vpc-cni'], { more: cniRole });
  resources['KubeProxy'] = addon(parts, 'kube-proxy', addons['kube-proxy'], {});
  const agent = addons['eks-pod-identity-agent'];
  if (agent !== undefined) resources['PodIdentityAgent'] = addon(parts, 'eks-pod-identity-agent', agent, {});
  const groups: string[] = [];
  for (const [index, count] of nodesByZone(spec).entries()) {
    if (count === 0) continue;
    groups.push(`Nodes${index}`);
    resources[`Nodes${index}`] = nodeGroup(parts, index, count, beforeNodes);
  }
  resources['CoreDns'] = addon(parts, 'coredns', addons.coredns, { after: groups });
  const insights = addons['amazon-cloudwatch-observability'];
  if (insights !== undefined)
    resources['Insights'] = addon(parts, 'amazon-cloudwatch-observability', insights, { after: groups });
  return resources;
}

/** Nodes of each zone: as even as it goes, the first ones get what is left over. */
export function nodesByZone({ zones, nodes }: EksClusterSettings): number[] {
  const each = Math.floor(nodes.count / zones.length);
  return zones.map((_, index) => each + (index < nodes.count % zones.length ? 1 : 0));
}

/** Which image of Amazon Linux a node boots: Graviton families have a `g` behind their generation, as m7g, c6gn, t4g. */
export function amiType(instanceType: string): string {
  const arm = /^(a1|[a-z]+\d+g[a-z]*)\./.test(instanceType);
  return arm ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD';
}

function cluster({ name, serviceCidr, settings, spec, subnets, tagList }: ClusterParts): Resource {
  const logs = settings.expect.controlPlaneLogs;
  const open = spec.publicAccess.length > 0;
  return {
    Type: 'AWS::EKS::Cluster',
    Properties: {
      Name: name,
      Version: settings.kubernetes,
      RoleArn: getAtt('ClusterRole', 'Arn'),
      ResourcesVpcConfig: {
        SubnetIds: subnets.map(ref),
        EndpointPrivateAccess: true,
        EndpointPublicAccess: open,
        ...(open ? { PublicAccessCidrs: spec.publicAccess } : {}),
      },
      KubernetesNetworkConfig: { ServiceIpv4Cidr: serviceCidr, IpFamily: 'ipv4' },
      AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: true },
      // Ours are pinned add-ons; EKS's own copies would be of versions that it chooses.
      BootstrapSelfManagedAddons: false,
      ...(logs.length > 0
        ? { Logging: { ClusterLogging: { EnabledTypes: logs.map((type) => ({ Type: type })) } } }
        : {}),
      Tags: tagList('cluster'),
    },
    ...(logs.length > 0 ? { DependsOn: ['ControlPlaneLogs'] } : {}),
  };
}

/** Nodes get our tags, and those of their disks and addresses, by a launch template only: a node group passes on none. */
function nodeTemplate({ tagList }: ClusterParts): Resource {
  const launched = ['instance', 'volume', 'network-interface'];
  return {
    Type: 'AWS::EC2::LaunchTemplate',
    Properties: {
      LaunchTemplateData: {
        SecurityGroupIds: [getAtt('Cluster', 'ClusterSecurityGroupId'), ref('NodeSecurityGroup')],
        // Version 2 of the instance metadata only, out of reach of pods (one hop).
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        TagSpecifications: launched.map((type) => ({ ResourceType: type, Tags: tagList('node') })),
      },
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: tagList('nodes') }],
    },
  };
}

function nodeGroup(parts: ClusterParts, index: number, count: number, after: readonly string[]): Resource {
  const { spec, subnets, name } = parts;
  const zone = spec.zones[index] ?? '';
  return {
    Type: 'AWS::EKS::Nodegroup',
    Properties: {
      ClusterName: ref('Cluster'),
      NodegroupName: `${name}-${zone}`,
      NodeRole: getAtt('NodeRole', 'Arn'),
      Subnets: [ref(subnets[index] ?? '')],
      ScalingConfig: { MinSize: count, DesiredSize: count, MaxSize: count },
      InstanceTypes: [spec.nodes.instanceType],
      AmiType: amiType(spec.nodes.instanceType),
      CapacityType: 'ON_DEMAND',
      LaunchTemplate: { Id: ref('NodeTemplate'), Version: getAtt('NodeTemplate', 'LatestVersionNumber') },
      Labels: { 'meshproof.dev/zone': zone, 'meshproof.dev/region': zone.slice(0, -1) },
      Tags: parts.tagMap,
    },
    DependsOn: [...after],
  };
}

function addon(
  { tagList }: ClusterParts,
  addonName: string,
  version: string,
  { more = {}, after = [] }: { more?: Record<string, Value>; after?: readonly string[] },
): Resource {
  return {
    Type: 'AWS::EKS::Addon',
    Properties: {
      ClusterName: ref('Cluster'),
      AddonName: addonName,
      AddonVersion: version,
      ResolveConflicts: 'OVERWRITE',
      ...more,
      Tags: tagList(addonName),
    },
    ...(after.length > 0 ? { DependsOn: [...after] } : {}),
  };
}
