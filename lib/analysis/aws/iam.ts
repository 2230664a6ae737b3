import type { AwsFinding } from '../../model/aws-check.ts';
import type { IamCluster, IamRole, IamSnapshot, IamSubject } from '../../model/aws-iam.ts';
import { groups } from '../connectivity.ts';
import { rightsOf, wildcardsOf } from './iam-policy.ts';
import { trustProblems } from './iam-trust.ts';

/** Rights that differ, which are named at most in one finding. */
const MOST_DIFFERENCES = 3;

/**
 * What is wrong with the AWS rights of service accounts: roles that others can take or that nobody can, grants without limits, and
 * service accounts that may do one thing in one cluster and another in the next.
 */
export function analyseIam(snapshot: IamSnapshot): AwsFinding[] {
  const { clusters, subjects, roles } = snapshot;
  const known = subjects.map((subject) => ({
    subject,
    role: roles.find(({ arn }) => arn === subject.role),
    cluster: clusters.find(({ cluster }) => cluster === subject.cluster),
  }));
  return [
    ...known.flatMap(({ subject, role, cluster }) => {
      const who = `${nameOf(subject)} in ${subject.cluster}`;
      if (!cluster) return [];
      if (!role)
        return [
          found('role-missing', 'failed', `${who} is to be ${subject.role}, which does not exist`, [
            subject.role,
          ]),
        ];
      return trustProblems(role.trust, subject, cluster).map((problem) =>
        found('trust', 'failed', `${who}: the role ${role.name}: ${problem}`, [role.arn]),
      );
    }),
    ...uniqueRoles(known.flatMap(({ role }) => role ?? [])).flatMap((role) =>
      role.policies
        .flatMap(wildcardsOf)
        .map(({ severity, words }) =>
          found('wildcard', severity, `the role ${role.name}: ${words}`, [role.arn]),
        ),
    ),
    ...inconsistencies(known, clusters),
  ];
}

interface Known {
  subject: IamSubject;
  role: IamRole | undefined;
  cluster: IamCluster | undefined;
}

/** A service account of one name is one workload that runs in several places: it must be able to do the same in each. */
function inconsistencies(known: readonly Known[], clusters: readonly IamCluster[]): AwsFinding[] {
  return groups(known, ({ subject }) => nameOf(subject)).flatMap(([name, all]) => {
    const rights = all.flatMap(({ subject, role, cluster }) =>
      role && cluster ? [{ subject, role, rights: rightsOf(role.policies, cluster) }] : [],
    );
    const [first, ...rest] = rights;
    if (!first) return [];
    const differing = rest.flatMap((one) => {
      const [more, fewer] = [without(one.rights, first.rights), without(first.rights, one.rights)];
      if (more.length === 0 && fewer.length === 0) return [];
      const words = [...only(one.subject.cluster, more), ...only(first.subject.cluster, fewer)].join('; ');
      return [
        found(
          'unequal-rights',
          'failed',
          `${name} may do other things in ${one.subject.cluster} than in ${first.subject.cluster}: ${words}`,
          [first.role.arn, one.role.arn],
        ),
      ];
    });
    const elsewhere = clusters.filter(
      ({ cluster }) => !all.some(({ subject }) => subject.cluster === cluster),
    );
    const missing =
      elsewhere.length === 0
        ? []
        : [
            found(
              'rights-missing',
              'remark',
              `${name} has AWS rights in ${all.map(({ subject }) => subject.cluster).join(', ')}, and none in ${elsewhere.map(({ cluster }) => cluster).join(', ')}: it must not run there, or fails`,
              all.map(({ subject }) => subject.role),
            ),
          ];
    return [...differing, ...missing];
  });
}

function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((one) => !others.includes(one));
}

function only(cluster: string, rights: readonly string[]): string[] {
  if (rights.length === 0) return [];
  const more = rights.length - MOST_DIFFERENCES;
  const shown = rights.slice(0, MOST_DIFFERENCES).join(', ');
  return [`only in ${cluster}: ${shown}${more > 0 ? ` and ${more} more` : ''}`];
}

function uniqueRoles(roles: readonly IamRole[]): IamRole[] {
  return [...new Map(roles.map((role) => [role.arn, role])).values()];
}

function nameOf({ namespace, serviceAccount }: IamSubject): string {
  return `${namespace}/${serviceAccount}`;
}

function found(
  kind: string,
  severity: AwsFinding['severity'],
  words: string,
  resources: string[],
): AwsFinding {
  return { check: 'iam', kind, severity, words, resources };
}
