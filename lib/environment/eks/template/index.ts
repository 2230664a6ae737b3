import { TAG, type OurTags } from '../../../aws/tags.ts';
import { accountOfCluster, type AwsPlace, type EksSettings } from '../../../model/aws.ts';
import type { Environment } from '../../../model/environment.ts';
import { MeshproofError } from '../../../support/errors.ts';
import type { ClusterNetwork } from '../links/contract.ts';
import { clusterResources } from './cluster.ts';
import { deadManResources, fisResources } from './dead-man.ts';
import { networkResources } from './network.ts';
import { logResources, roleResources } from './roles.ts';
import { getAtt, lintTemplate, ref, type Template, type Value } from './template.ts';

/** One cluster's stack: where it goes, its name, and what is in it. */
export interface ClusterStack {
  cluster: string;
  place: AwsPlace;
  /** Of the stack and of the cluster on EKS: up to 100 characters of a-z, 0-9 and -. */
  name: string;
  template: Template;
}

/** Settings of an environment of the provider eks; a `bug` for any other, or what the caller says. */
export function eksSettingsOf(
  { provider, name }: Pick<Environment, 'provider' | 'name'>,
  otherwise: 'bug' | 'usage' = 'bug',
): EksSettings {
  if (provider.kind === 'eks') return provider;
  throw new MeshproofError(otherwise, `the clusters of ${name} come from the provider ${provider.kind}`);
}

/** Name of a cluster's stack, and of the cluster on EKS. */
export function stackName(environment: string, cluster: string): string {
  return `meshproof-${environment}-${cluster}`;
}

/** The stacks of an environment: one for each cluster. Their text is the same each time but for what the environment file changes. */
export function clusterStacks(environment: Environment): ClusterStack[] {
  const settings = eksSettingsOf(environment);
  return environment.clusters.map(({ name: cluster, region, serviceCidr }) => {
    const spec = settings.clusters[cluster];
    if (!spec) throw new MeshproofError('bug', `provider.eks.clusters.${cluster} is missing`);
    const name = stackName(environment.name, cluster);
    const list = (what: string, more: Readonly<Record<string, string>> = {}): Value => [
      { Key: 'Name', Value: `${name}-${what}` },
      ...Object.entries(more).map(([Key, Value]) => ({ Key, Value })),
      { Key: TAG.environment, Value: environment.name },
      { Key: TAG.owner, Value: settings.owner },
      { Key: TAG.expires, Value: ref('Expires') },
    ];
    const tagMap: Value = {
      [TAG.environment]: environment.name,
      [TAG.owner]: settings.owner,
      [TAG.expires]: ref('Expires'),
    };
    const network = networkResources(spec, list, { transit: settings.links === 'transit-gateway' });
    const { controlPlaneLogs, flowLogs } = settings.expect;
    const parts = {
      name,
      serviceCidr,
      settings,
      spec,
      subnets: network.privateSubnets,
      tagList: list,
      tagMap,
    };
    const template: Template = {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `Meshproof: cluster ${cluster} of ${environment.name}`,
      Parameters: {
        Expires: { Type: 'String', Description: 'ISO time after which everything may be removed' },
      },
      Resources: {
        ...network.resources,
        ...roleResources(spec, list),
        ...deadManResources({ environment: environment.name, cluster }, list),
        ...fisResources({ environment: environment.name, cluster }, list),
        ...logResources({ flowLogs, controlPlane: controlPlaneLogs.length > 0, cluster: name }, list),
        ...clusterResources(parts),
      },
      Outputs: {
        VpcId: { Value: ref('Vpc') },
        SubnetIds: { Value: { 'Fn::Join': [',', network.privateSubnets.map(ref)] } },
        ...(network.transitSubnets.length > 0
          ? { TransitSubnetIds: { Value: { 'Fn::Join': [',', network.transitSubnets.map(ref)] } } }
          : {}),
        RouteTableIds: { Value: { 'Fn::Join': [',', network.privateRouteTables.map(ref)] } },
        NodeSecurityGroupId: { Value: ref('NodeSecurityGroup') },
        ApiSecurityGroupId: { Value: getAtt('Cluster', 'ClusterSecurityGroupId') },
        NetworkAclId: { Value: ref('NetworkAcl') },
        Endpoint: { Value: getAtt('Cluster', 'Endpoint') },
        CertificateAuthority: { Value: getAtt('Cluster', 'CertificateAuthorityData') },
      },
    };
    const problems = lintTemplate(template, { tagKeys: [TAG.environment, TAG.owner, TAG.expires], taggable });
    if (problems.length > 0) throw new MeshproofError('bug', `template of ${name}: ${problems.join('; ')}`);
    return { cluster, place: { account: accountOfCluster(settings, cluster), region }, name, template };
  });
}

/** Types whose properties have no tags: they are parts of others, and go with them. */
const TAGLESS = new Set([
  'AWS::EC2::NetworkAclEntry',
  'AWS::EC2::Route',
  'AWS::EC2::SubnetNetworkAclAssociation',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPCGatewayAttachment',
]);

function taggable(type: string): boolean {
  return !TAGLESS.has(type);
}

/** Tags of a stack itself; CloudFormation passes them on to what it makes as far as that takes tags. */
export function stackTags(environment: Environment, expires: Date): OurTags {
  const { owner } = eksSettingsOf(environment);
  return { environment: environment.name, owner, expires: expires.toISOString() };
}

/** What a stack gave to a cluster's network, from its outputs. */
export function networkOf(
  { cluster, place }: Pick<ClusterStack, 'cluster' | 'place'>,
  vpcCidr: string,
  outputs: Readonly<Record<string, string>>,
): ClusterNetwork {
  const output = (key: string) => outputs[key] ?? '';
  return {
    cluster,
    place,
    vpcId: output('VpcId'),
    vpcCidr,
    subnetIds: (outputs['TransitSubnetIds'] ?? output('SubnetIds')).split(','),
    routeTableIds: output('RouteTableIds').split(','),
    nodeSecurityGroupId: output('NodeSecurityGroupId'),
    apiSecurityGroupId: output('ApiSecurityGroupId'),
    networkAclId: output('NetworkAclId'),
  };
}
