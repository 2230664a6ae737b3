import type { EksClusterSettings } from '../../../model/aws.ts';
import { BASE_RULE } from '../links/contract.ts';
import { planSubnets } from './subnets.ts';
import { getAtt, ref, type Resource, sub, type Value } from './template.ts';

/** Services that nodes without a way to the internet need (Amazon EKS user guide, "Private clusters"); s3 carries the layers of ECR. */
const ENDPOINTS = ['ec2', 'ecr.api', 'ecr.dkr', 'sts', 'logs', 'eks', 'eks-auth', 'elasticloadbalancing'];

export interface NetworkParts {
  resources: Record<string, Resource>;
  /** Logical ids, by zone in the order of the settings. */
  privateSubnets: string[];
  privateRouteTables: string[];
  /** Of the interfaces of a Transit Gateway, where there is to be one. */
  transitSubnets: string[];
}

/** VPC, subnets, ways out, route tables, and the ACL and security group that links and faults work on. `tags(name)` are those of a resource. */
export function networkResources(
  spec: EksClusterSettings,
  tags: (name: string, more?: Readonly<Record<string, string>>) => Value,
  { transit = false } = {},
): NetworkParts {
  const zones = planSubnets(spec.vpcCidr, spec.zones, { transit });
  const nat = spec.egress === 'nat';
  const vpc = ref('Vpc');
  const resources: Record<string, Resource> = {
    Vpc: {
      Type: 'AWS::EC2::VPC',
      Properties: {
        CidrBlock: spec.vpcCidr,
        EnableDnsSupport: true,
        EnableDnsHostnames: true,
        Tags: tags('vpc'),
      },
    },
    NetworkAcl: { Type: 'AWS::EC2::NetworkAcl', Properties: { VpcId: vpc, Tags: tags('nodes') } },
    // No rule but what our own make: each names its direction and the group that it lets in.
    NodeSecurityGroup: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: 'Nodes of Meshproof: what other clusters of the mesh reach',
        VpcId: vpc,
        Tags: tags('nodes'),
      },
    },
  };
  for (const [way, egress] of [
    ['In', false],
    ['Out', true],
  ] as const)
    resources[`NetworkAcl${way}`] = {
      Type: 'AWS::EC2::NetworkAclEntry',
      Properties: {
        NetworkAclId: ref('NetworkAcl'),
        RuleNumber: BASE_RULE,
        Protocol: -1,
        RuleAction: 'allow',
        Egress: egress,
        CidrBlock: '0.0.0.0/0',
      },
    };
  if (nat) Object.assign(resources, internetResources(vpc, tags));
  const privateSubnets: string[] = [];
  const privateRouteTables: string[] = [];
  const transitSubnets: string[] = [];
  for (const [index, { zone, private: inner, public: outer, transit: hub }] of zones.entries()) {
    if (hub !== undefined) {
      // Apart from the nodes: where both are in one subnet, no network ACL judges what comes from the gateway
      // (Amazon VPC Transit Gateways, "Network ACLs"), and neither links nor faults could rely on one.
      transitSubnets.push(`TransitSubnet${index}`);
      resources[`TransitSubnet${index}`] = subnet(vpc, zone, hub, tags(`transit-${zone}`));
      resources[`TransitSubnet${index}Acl`] = underAcl(`TransitSubnet${index}`);
    }
    const nodes = `PrivateSubnet${index}`;
    const table = `PrivateRoutes${index}`;
    privateSubnets.push(nodes);
    privateRouteTables.push(table);
    resources[nodes] = subnet(
      vpc,
      zone,
      inner,
      tags(`private-${zone}`, { 'kubernetes.io/role/internal-elb': '1' }),
    );
    resources[table] = {
      Type: 'AWS::EC2::RouteTable',
      Properties: { VpcId: vpc, Tags: tags(`private-${zone}`) },
    };
    resources[`${nodes}Routes`] = association(nodes, table);
    resources[`${nodes}Acl`] = underAcl(nodes);
    if (!nat) continue;
    const front = `PublicSubnet${index}`;
    resources[front] = subnet(vpc, zone, outer, tags(`public-${zone}`, { 'kubernetes.io/role/elb': '1' }));
    resources[`${front}Routes`] = association(front, 'PublicRoutes');
    resources[`${front}Acl`] = underAcl(front);
    resources[`NatAddress${index}`] = {
      Type: 'AWS::EC2::EIP',
      Properties: { Domain: 'vpc', Tags: tags(`nat-${zone}`) },
      DependsOn: ['InternetAttachment'],
    };
    resources[`Nat${index}`] = {
      Type: 'AWS::EC2::NatGateway',
      Properties: {
        SubnetId: ref(front),
        AllocationId: getAtt(`NatAddress${index}`, 'AllocationId'),
        Tags: tags(`nat-${zone}`),
      },
      DependsOn: ['PublicDefault'],
    };
    resources[`${table}Default`] = {
      Type: 'AWS::EC2::Route',
      Properties: {
        RouteTableId: ref(table),
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: ref(`Nat${index}`),
      },
    };
  }
  if (!nat)
    Object.assign(resources, endpointResources(spec, { vpc, privateSubnets, privateRouteTables }, tags));
  return { resources, privateSubnets, privateRouteTables, transitSubnets };
}

type Tags = Parameters<typeof networkResources>[1];

function internetResources(vpc: Value, tags: Tags): Record<string, Resource> {
  return {
    Internet: { Type: 'AWS::EC2::InternetGateway', Properties: { Tags: tags('internet') } },
    InternetAttachment: {
      Type: 'AWS::EC2::VPCGatewayAttachment',
      Properties: { VpcId: vpc, InternetGatewayId: ref('Internet') },
    },
    PublicRoutes: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: vpc, Tags: tags('public') } },
    PublicDefault: {
      Type: 'AWS::EC2::Route',
      Properties: {
        RouteTableId: ref('PublicRoutes'),
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: ref('Internet'),
      },
      DependsOn: ['InternetAttachment'],
    },
  };
}

function endpointResources(
  { vpcCidr }: EksClusterSettings,
  {
    vpc,
    privateSubnets,
    privateRouteTables,
  }: { vpc: Value; privateSubnets: string[]; privateRouteTables: string[] },
  tags: Tags,
): Record<string, Resource> {
  const interfaces = ENDPOINTS.map((service): [string, Resource] => [
    `Endpoint${service.replace(/(^|[.-])(\w)/g, (_, __, letter: string) => letter.toUpperCase())}`,
    {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcEndpointType: 'Interface',
        ServiceName: sub(`com.amazonaws.\${AWS::Region}.${service}`),
        VpcId: vpc,
        PrivateDnsEnabled: true,
        SubnetIds: privateSubnets.map(ref),
        SecurityGroupIds: [ref('EndpointSecurityGroup')],
        Tags: tags(service),
      },
    },
  ]);
  return {
    EndpointSecurityGroup: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: 'Endpoints of AWS services: HTTPS from the VPC',
        VpcId: vpc,
        SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: vpcCidr }],
        Tags: tags('endpoints'),
      },
    },
    EndpointS3: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcEndpointType: 'Gateway',
        ServiceName: sub('com.amazonaws.${AWS::Region}.s3'),
        VpcId: vpc,
        RouteTableIds: privateRouteTables.map(ref),
        Tags: tags('s3'),
      },
    },
    ...Object.fromEntries(interfaces),
  };
}

function subnet(vpc: Value, zone: string, range: string, tags: Value): Resource {
  return {
    Type: 'AWS::EC2::Subnet',
    Properties: {
      VpcId: vpc,
      AvailabilityZone: zone,
      CidrBlock: range,
      MapPublicIpOnLaunch: false,
      Tags: tags,
    },
  };
}

/** One list for all of the VPC: AWS's own default one has no tags, so nobody with rights for ours alone could touch it. */
function underAcl(subnetId: string): Resource {
  return {
    Type: 'AWS::EC2::SubnetNetworkAclAssociation',
    Properties: { SubnetId: ref(subnetId), NetworkAclId: ref('NetworkAcl') },
  };
}

function association(subnetId: string, table: string): Resource {
  return {
    Type: 'AWS::EC2::SubnetRouteTableAssociation',
    Properties: { SubnetId: ref(subnetId), RouteTableId: ref(table) },
  };
}
