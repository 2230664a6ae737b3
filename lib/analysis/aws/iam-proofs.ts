import type { AwsFinding } from '../../model/aws-check.ts';
import type { IamProof, IamSubject } from '../../model/aws-iam.ts';

/** Who a service account is said to be in one cluster: what the cluster itself says goes before whom a role would trust. */
export function rolesOf(
  subjects: readonly IamSubject[],
  { cluster, namespace, serviceAccount }: Pick<IamSubject, 'cluster' | 'namespace' | 'serviceAccount'>,
): string[] {
  const own = subjects.filter(
    (one) => one.cluster === cluster && one.namespace === namespace && one.serviceAccount === serviceAccount,
  );
  const said = own.filter(({ known }) => known !== 'trust policy');
  return [...new Set((said.length > 0 ? said : own).map(({ role }) => role))];
}

/** Where what pods were told by AWS differs from what service accounts are said to be, and service accounts that nobody gave a role. */
export function judgeProofs(
  wanted: readonly string[],
  subjects: readonly IamSubject[],
  proofs: readonly IamProof[],
): AwsFinding[] {
  const unknown = wanted.filter(
    (name) => !subjects.some(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}` === name),
  );
  return [
    ...unknown.map((name) =>
      found(
        'no-role',
        `${name} has no AWS role in any cluster: no annotation, no association of Pod Identity, and no role that trusts it`,
        [],
      ),
    ),
    ...proofs.flatMap((proof) => {
      const roles = rolesOf(subjects, proof);
      return problemOf(proof, roles).map(([kind, words]) =>
        found(
          kind,
          `a pod of ${proof.namespace}/${proof.serviceAccount} in ${proof.cluster} ${words}`,
          roles,
        ),
      );
    }),
  ];
}

function problemOf({ answer }: IamProof, roles: readonly string[]): [kind: string, words: string][] {
  const role = roles.join(' or ');
  if ('missing' in answer)
    return [
      [
        'no-credentials',
        `is given no AWS credentials, and should be ${role}: neither IRSA (annotation eks.amazonaws.com/role-arn) nor the agent of Pod Identity put any into it`,
      ],
    ];
  if ('refused' in answer) return [['refused', `cannot be ${role}: ${answer.refused}`]];
  if (roles.some((one) => isSessionOf(answer.arn, one))) return [];
  return [['other-identity', `is ${answer.arn}, and should be ${role}`]];
}

/**
 * Whether a session is one of this role: `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` of `arn:aws:iam::ACCOUNT:role/PATH/NAME`; the path
 * of a role is not in its sessions (IAM user guide, "IAM identifiers").
 */
function isSessionOf(session: string, role: string): boolean {
  const [, partition, account, name] =
    /^arn:(aws[\w-]*):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(session) ?? [];
  const [, ofPartition, ofAccount, path] = /^arn:(aws[\w-]*):iam::(\d{12}):role\/(.+)$/.exec(role) ?? [];
  return (
    partition !== undefined &&
    partition === ofPartition &&
    account === ofAccount &&
    name === path?.split('/').at(-1)
  );
}

function found(kind: string, words: string, resources: string[]): AwsFinding {
  return { check: 'iam', kind, severity: 'failed', words, resources };
}
