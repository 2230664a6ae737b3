/** Operators of conditions that our policies use, each true when its key has a value that fits, or has none (`Null: "true"`). */
export type ConditionOperator = 'StringEquals' | 'StringLike' | 'Null';

export type Condition = Partial<Record<ConditionOperator, Record<string, string | readonly string[]>>>;

/** A statement of an IAM policy, as far as ours go: no `Not…`, no principals. */
export interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Action: readonly string[];
  Resource: readonly string[];
  Condition?: Condition;
}

export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: readonly Statement[];
}

/** One request, as IAM sees it: an action on one resource, with the keys that conditions ask for. */
export interface PolicyRequest {
  /** Such as `ec2:CreateRoute`. */
  action: string;
  /** ARN. */
  resource: string;
  /** Values of condition keys, such as `aws:ResourceTag/meshproof.dev/environment`. */
  context: Readonly<Record<string, readonly string[]>>;
}

/**
 * True when the policy allows the request: some statement allows it, and none denies it (IAM User Guide, "Policy evaluation logic",
 * identity-based policies of one account). Actions and condition keys are compared without case, resources and values with it;
 * `*` stands for any text, `?` for one character. Pure.
 */
export function allows({ Statement: statements }: PolicyDocument, request: PolicyRequest): boolean {
  const fitting = statements.filter((statement) => fits(statement, request));
  return fitting.length > 0 && fitting.every(({ Effect }) => Effect === 'Allow');
}

function fits({ Action, Resource, Condition }: Statement, { action, resource, context }: PolicyRequest) {
  return (
    Action.some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    Resource.some((pattern) => isLike(resource, pattern)) &&
    Object.entries(Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        holds(operator, valuesOf(context, key), typeof wanted === 'string' ? [wanted] : wanted),
      ),
    )
  );
}

function holds(operator: string, values: readonly string[], wanted: readonly string[]): boolean {
  switch (operator) {
    case 'StringEquals':
      return values.some((value) => wanted.includes(value));
    case 'StringLike':
      return values.some((value) => wanted.some((pattern) => isLike(value, pattern)));
    case 'Null':
      return wanted.includes(String(values.length === 0));
    default:
      throw new Error(`no policy of ours has the condition operator ${operator}`);
  }
}

function valuesOf(context: PolicyRequest['context'], key: string): readonly string[] {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found?.[1] ?? [];
}

function isLike(text: string, pattern: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}
