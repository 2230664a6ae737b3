import { trustedSubjects } from '../../analysis/aws/iam-trust.ts';
import { audiencesOf, podIdentities, readRoles } from '../../aws/iam/read.ts';
import type { IamCluster, IamRole, IamSnapshot, IamSubject } from '../../model/aws-iam.ts';
import type { LiveCluster } from './check.ts';

/**
 * Service accounts with AWS rights: associations of Pod Identity, trust policies that name a service account of one of these clusters,
 * and what service accounts say themselves, where somebody has read them (`annotated`). A role whose name begins with that of a
 * cluster is meant for it, whatever issuer it trusts.
 */
export async function readIam(
  live: readonly LiveCluster[],
  annotated: readonly IamSubject[],
): Promise<IamSnapshot> {
  const [clusters, associations] = await Promise.all([
    Promise.all(live.map(iamCluster)),
    Promise.all(live.map(({ clients, eks }) => podIdentities(clients, eks))),
  ]);
  const named = [...associations.flat(), ...annotated];
  const accounts = new Map(live.map(({ clients, eks }) => [eks.place.account, clients]));
  const roles = await Promise.all(
    [...accounts.values()].map((clients) =>
      readRoles(
        clients,
        (role) => named.some((one) => one.role === role.arn) || subjectsOf(role, clusters).length > 0,
      ),
    ),
  );
  const found = roles.flat();
  return {
    clusters,
    roles: found,
    subjects: [
      ...named,
      ...found
        .flatMap((role) => subjectsOf(role, clusters))
        .filter((trusted) => !named.some((one) => isSame(one, trusted))),
    ],
  };
}

async function iamCluster({ clients, eks }: LiveCluster): Promise<IamCluster> {
  const { place, eksName, issuer } = eks;
  const audiences = issuer === undefined ? undefined : await audiencesOf(clients, issuer);
  return {
    cluster: place.cluster,
    eksName,
    account: place.account,
    region: place.region,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audiences === undefined ? {} : { audiences }),
  };
}

/** Service accounts of these clusters that may take a role by IRSA. */
function subjectsOf(role: Omit<IamRole, 'policies'>, clusters: readonly IamCluster[]): IamSubject[] {
  return trustedSubjects(role.trust).flatMap(({ issuer, namespace, serviceAccount }) => {
    const named = clusters.find(({ eksName }) => role.name.startsWith(`${eksName}-`));
    const trusted = clusters.find((one) => one.issuer === issuer);
    const cluster = (named ?? trusted)?.cluster;
    if (cluster === undefined) return [];
    return [{ cluster, namespace, serviceAccount, via: 'irsa', known: 'trust policy', role: role.arn }];
  });
}

function isSame(one: IamSubject, other: IamSubject): boolean {
  return (['cluster', 'namespace', 'serviceAccount', 'role'] as const).every(
    (key) => one[key] === other[key],
  );
}
