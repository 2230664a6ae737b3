import {
  DescribePodIdentityAssociationCommand,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks';
import {
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListOpenIDConnectProvidersCommand,
  type ManagedPolicyDetail,
  paginateGetAccountAuthorizationDetails,
  type RoleDetail,
} from '@aws-sdk/client-iam';
import type { IamDocument, IamPolicy, IamRole, IamSubject } from '../../model/aws-iam.ts';
import type { AwsClients } from '../clients.ts';
import type { EksCluster } from '../eks/read-cluster.ts';
import { allOf } from '../pages.ts';

/** Policies that AWS wrote. */
const BY_AWS = /^arn:aws[\w-]*:iam::aws:policy\//;

/** Service accounts that have AWS rights by an association of EKS Pod Identity: a call, and one more for each of them. */
export async function podIdentities(
  { eks }: AwsClients,
  { eksName, place }: EksCluster,
): Promise<IamSubject[]> {
  const input = { clusterName: eksName };
  const found = await allOf(
    paginateListPodIdentityAssociations({ client: eks }, { ...input }),
    (one) => one.associations,
  );
  return Promise.all(
    found.map(async ({ associationId, namespace = '', serviceAccount = '' }) => {
      const { association } = await eks.send(
        new DescribePodIdentityAssociationCommand({ ...input, associationId }),
      );
      const role = association?.roleArn ?? '';
      return {
        cluster: place.cluster,
        namespace,
        serviceAccount,
        via: 'pod-identity',
        known: 'association',
        role,
      };
    }),
  );
}

/** Audiences of the identity provider that IAM has for an issuer; undefined when it has none. */
export async function audiencesOf({ iam }: AwsClients, issuer: string): Promise<string[] | undefined> {
  const { OpenIDConnectProviderList: all = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  const own = all.find(({ Arn }) => Arn?.split(':oidc-provider/')[1] === issuer);
  if (own?.Arn === undefined) return undefined;
  const provider = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: own.Arn }));
  return provider.ClientIDList ?? [];
}

/**
 * The roles of an account for which `isWanted` says so, with all that they may do: the pages of one call, and two calls for each
 * policy of AWS among them.
 */
export async function readRoles(
  { iam }: AwsClients,
  isWanted: (role: Omit<IamRole, 'policies'>) => boolean,
): Promise<IamRole[]> {
  const filter = { Filter: ['Role' as const, 'LocalManagedPolicy' as const] };
  const pages = await allOf(paginateGetAccountAuthorizationDetails({ client: iam }, filter), (one) => [one]);
  const own = pages.flatMap(({ Policies }) => Policies ?? []);
  const details = pages
    .flatMap(({ RoleDetailList }) => RoleDetailList ?? [])
    .filter((detail) => isWanted(plainRole(detail)));
  const arns = [
    ...new Set(
      details.flatMap((one) =>
        (one.AttachedManagedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []),
      ),
    ),
  ];
  const managed = new Map(
    await Promise.all(arns.map(async (arn) => [arn, await managedPolicy(iam, arn, own)] as const)),
  );
  return details.map((detail) => ({
    ...plainRole(detail),
    policies: [
      ...(detail.RolePolicyList ?? []).map(({ PolicyName = '', PolicyDocument }) => ({
        name: PolicyName,
        byAws: false,
        document: documentOf(PolicyDocument),
      })),
      ...(detail.AttachedManagedPolicies ?? []).flatMap(
        ({ PolicyArn }) => managed.get(PolicyArn ?? '') ?? [],
      ),
    ],
  }));
}

function plainRole({
  Arn = '',
  RoleName = '',
  AssumeRolePolicyDocument,
}: RoleDetail): Omit<IamRole, 'policies'> {
  return { arn: Arn, name: RoleName, trust: documentOf(AssumeRolePolicyDocument) };
}

async function managedPolicy(
  iam: IAMClient,
  arn: string,
  own: readonly ManagedPolicyDetail[],
): Promise<IamPolicy> {
  const known = own
    .find(({ Arn }) => Arn === arn)
    ?.PolicyVersionList?.find(({ IsDefaultVersion }) => IsDefaultVersion);
  return {
    name: arn,
    byAws: BY_AWS.test(arn),
    document: documentOf(known?.Document ?? (await fetchDocument(iam, arn))),
  };
}

async function fetchDocument(iam: IAMClient, PolicyArn: string): Promise<string | undefined> {
  const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = policy?.DefaultVersionId;
  const answer = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return answer.PolicyVersion?.Document;
}

/** IAM sends documents as JSON in URL encoding (RFC 3986). */
function documentOf(text: string | undefined): IamDocument {
  return text === undefined
    ? {}
    : (JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text) as IamDocument);
}
