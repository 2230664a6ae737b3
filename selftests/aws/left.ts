import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-eks';
import { ListOpenIDConnectProvidersCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { awsClients } from '../../lib/aws/clients.ts';
import { ourResources, words } from '../../lib/aws/residue.ts';

const account = { name: 'default', deny: [] };

/** Everything that is left of environments in some regions: by our tags, and by kind what no tag finds. */
export async function leftIn(regions: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (const region of regions) {
    const place = { account, region };
    const { ec2, eks, iam } = awsClients(place);
    left.push(...(await ourResources(place)).map(words));
    const { clusters = [] } = await eks.send(new ListClustersCommand({}));
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    const { Vpcs = [] } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'isDefault', Values: ['false'] }] }),
    );
    left.push(
      ...clusters.map((name) => `cluster ${name}`),
      ...Roles.map(({ RoleName }) => `role ${RoleName}`),
      ...OpenIDConnectProviderList.map(({ Arn }) => `issuer ${Arn}`),
      ...Vpcs.map(({ VpcId }) => `VPC ${VpcId}`),
    );
  }
  return left;
}
