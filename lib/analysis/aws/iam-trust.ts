import type { IamCluster, IamDocument, IamStatement, IamSubject } from '../../model/aws-iam.ts';
import { listOf, statementsOf } from './iam-policy.ts';

/** Audience of the tokens that EKS puts into pods for IRSA (EKS user guide, "IAM roles for service accounts"). */
const AUDIENCE = 'sts.amazonaws.com';
/** Who assumes the role for EKS Pod Identity (EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity"). */
const POD_IDENTITY = 'pods.eks.amazonaws.com';

/** Service accounts that a trust policy names, by the issuer of their tokens. */
export function trustedSubjects(
  trust: IamDocument,
): { issuer: string; namespace: string; serviceAccount: string }[] {
  return allowed(trust).flatMap((statement) =>
    issuersOf(statement).flatMap((issuer) =>
      valuesFor(statement, `${issuer}:sub`).flatMap(({ value }) => {
        const [, namespace, serviceAccount] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(value) ?? [];
        return namespace !== undefined && serviceAccount !== undefined
          ? [{ issuer, namespace, serviceAccount }]
          : [];
      }),
    ),
  );
}

/** What is wrong with who may take a role, in words; empty when it is the subject's alone. */
export function trustProblems(trust: IamDocument, subject: IamSubject, cluster: IamCluster): string[] {
  const statements = allowed(trust);
  const anybody = statements.some(
    ({ Principal: one }) => one === '*' || listOf(valueAt(one, 'AWS')).includes('*'),
  );
  return [
    ...(anybody ? ['it lets everybody take it (Principal "*")'] : []),
    ...(subject.via === 'irsa'
      ? webIdentityProblems(statements, subject, cluster)
      : podIdentityProblems(statements)),
  ];
}

function webIdentityProblems(statements: IamStatement[], subject: IamSubject, cluster: IamCluster): string[] {
  const { issuer } = cluster;
  if (issuer === undefined) return [`${cluster.cluster} has no OIDC issuer`];
  const wanted = `system:serviceaccount:${subject.namespace}:${subject.serviceAccount}`;
  const own = statements.filter((statement) => issuersOf(statement).includes(issuer));
  const others = [...new Set(statements.flatMap(issuersOf))].filter((one) => one !== issuer);
  if (own.length === 0) {
    const instead = others.length > 0 ? `, but ${others.join(', ')}` : '';
    return [`it does not trust the issuer of ${cluster.cluster} (${issuer})${instead}`];
  }
  return [
    ...noProvider(cluster),
    ...own.flatMap((statement) => [
      ...(listOf(statement.Action).includes('sts:AssumeRoleWithWebIdentity')
        ? []
        : ['it does not allow sts:AssumeRoleWithWebIdentity']),
      ...subjectProblems(valuesFor(statement, `${issuer}:sub`), wanted),
      ...(valuesFor(statement, `${issuer}:aud`).some(({ value }) => value === AUDIENCE)
        ? []
        : [`it does not insist on the audience ${AUDIENCE}`]),
    ]),
  ];
}

function noProvider({ cluster, account, audiences, issuer }: IamCluster): string[] {
  if (audiences === undefined)
    return [`account ${account} has no identity provider for ${issuer} (${cluster})`];
  return audiences.includes(AUDIENCE)
    ? []
    : [`the identity provider of ${cluster} does not know the audience ${AUDIENCE}`];
}

function subjectProblems(found: readonly { operator: string; value: string }[], wanted: string): string[] {
  if (found.length === 0) return ['it names no subject: every service account of the cluster can take it'];
  const wild = found.filter(({ operator, value }) => operator.endsWith('Like') && /[*?]/.test(value));
  if (wild.length > 0) return wild.map(({ value }) => `its subject has a wildcard (${value})`);
  if (found.some(({ value }) => value === wanted)) return [];
  return [`its subject is ${found.map(({ value }) => value).join(', ')}, and not ${wanted}`];
}

function podIdentityProblems(statements: IamStatement[]): string[] {
  const own = statements.find(({ Principal: one }) => listOf(valueAt(one, 'Service')).includes(POD_IDENTITY));
  if (!own) return [`it does not trust ${POD_IDENTITY}`];
  const missing = ['sts:AssumeRole', 'sts:TagSession'].filter(
    (action) => !listOf(own.Action).includes(action),
  );
  return missing.map((action) => `it does not allow ${POD_IDENTITY} ${action}`);
}

function allowed(trust: IamDocument): IamStatement[] {
  return statementsOf(trust).filter(({ Effect }) => Effect === 'Allow');
}

/** Issuers whose tokens a statement accepts, without `https://`. */
function issuersOf({ Principal: one }: IamStatement): string[] {
  return listOf(valueAt(one, 'Federated')).flatMap((arn) => arn.split(':oidc-provider/')[1] ?? []);
}

function valueAt(principal: IamStatement['Principal'], kind: string): string | string[] | undefined {
  return typeof principal === 'object' ? principal[kind] : undefined;
}

/** Values that a condition compares a key with; operators that negate are no condition to us. */
function valuesFor(
  { Condition: conditions = {} }: IamStatement,
  key: string,
): { operator: string; value: string }[] {
  return Object.entries(conditions)
    .filter(([operator]) => /^(ForAnyValue:)?String(Equals|Like)$/.test(operator))
    .flatMap(([operator, keys]) => listOf(keys[key]).map((value) => ({ operator, value })));
}
