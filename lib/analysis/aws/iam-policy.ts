import type { IamDocument, IamPolicy, IamStatement } from '../../model/aws-iam.ts';

/** The statements of a document, however it is written. */
export function statementsOf({ Statement: found = [] }: IamDocument): IamStatement[] {
  return Array.isArray(found) ? found : [found];
}

/** A value of a policy as a list. */
export function listOf(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : [...value];
}

/** Names that stand for each cluster's own, so that policies of two regions can be compared. */
export interface OwnNames {
  account: string;
  region: string;
  eksName: string;
}

/**
 * What policies grant and deny, as sentences that are equal for equal rights: one for each effect, action, resource and condition,
 * whatever policy holds it and however its lists are ordered. Actions are compared without case, as IAM does; a cluster's own
 * account, region and name are replaced, so that the same right of two clusters is the same sentence.
 */
export function rightsOf(policies: readonly IamPolicy[], own: OwnNames): string[] {
  const rights = policies.flatMap(({ document }) =>
    statementsOf(document).flatMap((statement) => {
      const actions = withNot(statement.Action, statement.NotAction, 'every action but ').map((one) =>
        one.toLowerCase(),
      );
      const resources = withNot(statement.Resource, statement.NotResource, 'everything but ');
      const condition = statement.Condition ? ` if ${stable(statement.Condition)}` : '';
      return actions.flatMap((action) =>
        resources.map((resource) => `${statement.Effect} ${action} on ${resource}${condition}`),
      );
    }),
  );
  return [...new Set(rights.map((right) => withoutOwn(right, own)))].toSorted();
}

function withNot(
  value: string | string[] | undefined,
  not: string | string[] | undefined,
  words: string,
): string[] {
  const except = listOf(not);
  return except.length > 0 ? [`${words}${except.toSorted().join(', ')}`] : listOf(value);
}

function withoutOwn(text: string, { account, region, eksName }: OwnNames): string {
  return text
    .replaceAll(eksName, '{cluster}')
    .replaceAll(account, '{account}')
    .replaceAll(region, '{region}');
}

/** A condition as text that does not depend on the order in which it was written. */
function stable(condition: NonNullable<IamStatement['Condition']>): string {
  return Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(
        ([key, values]) => `${operator} ${key} ${listOf(values).toSorted().join('|')}`,
      ),
    )
    .toSorted()
    .join(' and ');
}

/** An overly wide grant: `failed` for one that names no limit, `remark` where there may be none to name. */
export interface Wildcard {
  severity: 'failed' | 'remark';
  words: string;
}

/** Actions that read, most of which know no resources (IAM's service authorization reference). */
const READS = /^[a-z0-9-]+:(describe|list|get|head|search)/i;

/**
 * Grants of a policy with a wildcard. All actions, or all of a service, or a changing action on everything are failures; part of a
 * name (`s3:Get*`), reading everything, and what AWS itself wrote are remarks.
 */
export function wildcardsOf({ name, byAws, document }: IamPolicy): Wildcard[] {
  return statementsOf(document)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement): Wildcard[] => {
      const actions = listOf(statement.Action);
      const all = actions.filter((action) => action === '*' || action.endsWith(':*'));
      const some = actions.filter((action) => action.includes('*') && !all.includes(action));
      const changes = actions.filter((action) => !READS.test(action));
      const everywhere = listOf(statement.Resource).includes('*');
      return [
        ...(all.length > 0 ? [failed(`allows ${all.join(', ')}`)] : []),
        ...(statement.NotAction === undefined
          ? []
          : [failed('allows every action that it does not name (NotAction)')]),
        ...(statement.NotResource === undefined
          ? []
          : [failed('is about everything that it does not name (NotResource)')]),
        ...(some.length > 0 ? [remark(`allows ${some.join(', ')}`)] : []),
        ...(everywhere && changes.length > 0 && !statement.Condition
          ? [failed(`allows ${changes.join(', ')} on every resource`)]
          : everywhere && changes.length === 0
            ? [remark(`allows ${actions.join(', ')} on every resource`)]
            : []),
      ];
    })
    .map(({ severity, words }) => ({
      severity: byAws ? 'remark' : severity,
      words: `the policy ${name} ${words}`,
    }));
}

function failed(words: string): Wildcard {
  return { severity: 'failed', words };
}

function remark(words: string): Wildcard {
  return { severity: 'remark', words };
}
