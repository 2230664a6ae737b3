import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
} from '@aws-sdk/client-ec2';
import { awsClients } from '../../lib/aws/clients.ts';
import { BASE_RULE, type ClusterNetwork } from '../../lib/environment/eks/links/contract.ts';
import type { AwsPlace } from '../../lib/model/aws.ts';

/** A VPC as a cluster's stack makes it, as far as links need one; in moto, by the EC2 API. */
export async function makeNetwork(
  cluster: string,
  place: AwsPlace,
  vpcCidr: string,
): Promise<ClusterNetwork> {
  const { ec2 } = awsClients(place);
  const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: vpcCidr }))).Vpc?.VpcId ?? '';
  const prefix = vpcCidr.split('.').slice(0, 2).join('.');
  const subnetIds: string[] = [];
  for (const [index, zone] of ['a', 'b'].entries()) {
    const subnet = new CreateSubnetCommand({
      VpcId,
      CidrBlock: `${prefix}.${index}.0/24`,
      AvailabilityZone: `${place.region}${zone}`,
    });
    subnetIds.push((await ec2.send(subnet)).Subnet?.SubnetId ?? '');
  }
  const table = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const group = async (GroupName: string) =>
    (await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName, Description: GroupName }))).GroupId ??
    '';
  const acl = (await ec2.send(new CreateNetworkAclCommand({ VpcId }))).NetworkAcl?.NetworkAclId ?? '';
  for (const Egress of [false, true])
    await ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId: acl,
        RuleNumber: BASE_RULE,
        RuleAction: 'allow',
        Protocol: '-1',
        CidrBlock: '0.0.0.0/0',
        Egress,
      }),
    );
  return {
    cluster,
    place,
    vpcId: VpcId,
    vpcCidr,
    subnetIds,
    routeTableIds: [table.RouteTable?.RouteTableId ?? ''],
    nodeSecurityGroupId: await group('nodes'),
    apiSecurityGroupId: await group('api'),
    networkAclId: acl,
  };
}
