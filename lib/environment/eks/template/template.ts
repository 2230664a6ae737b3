/** A value in a template: plain JSON, or a function of CloudFormation that becomes one. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** A resource of a template, as CloudFormation reads it. */
export interface Resource {
  Type: `AWS::${string}::${string}`;
  Properties: Readonly<Record<string, Value>>;
  DependsOn?: readonly string[];
}

export interface Template {
  AWSTemplateFormatVersion: '2010-09-09';
  Description: string;
  Parameters: Record<string, { Type: 'String'; Description: string }>;
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: Value }>;
}

/** Physical id of a resource, or value of a parameter. */
export const ref = (id: string): Value => ({ Ref: id });

/** An attribute of a resource. */
export const getAtt = (id: string, attribute: string): Value => ({ 'Fn::GetAtt': [id, attribute] });

/** A text in which `${Id}`, `${Id.Attribute}` and `${name of a value}` are replaced. */
export const sub = (text: string, values: Readonly<Record<string, Value>> = {}): Value =>
  Object.keys(values).length === 0 ? { 'Fn::Sub': text } : { 'Fn::Sub': [text, values] };

/** The template as it is sent. CloudFormation takes 51 200 bytes in a request (its user guide, "Quotas"). */
export function templateBody(template: Template): string {
  return JSON.stringify(template);
}

export const MAX_TEMPLATE_BYTES = 51_200;

/** Pseudo parameters of CloudFormation that a `Ref` may name. */
const PSEUDO = [
  'AWS::AccountId',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

/**
 * What is wrong with a template as far as its own text tells, in words: names that nothing has, references and DependsOn in a
 * circle, resources that miss a tag which `tagKeys` asks of `taggable` types, too many bytes.
 */
export function lintTemplate(
  template: Template,
  { tagKeys, taggable }: { tagKeys: readonly string[]; taggable: (type: string) => boolean },
): string[] {
  const { Resources, Parameters, Outputs } = template;
  const known = new Set([...Object.keys(Resources), ...Object.keys(Parameters), ...PSEUDO]);
  const problems: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [id, resource] of Object.entries(Resources)) {
    const names = [...referencesIn(resource.Properties), ...(resource.DependsOn ?? [])];
    for (const name of names)
      if (!known.has(name)) problems.push(`${id}: there is no ${name}`);
      else if (name === id) problems.push(`${id}: refers to itself`);
    edges.set(
      id,
      names.filter((name) => name in Resources),
    );
    const missing = taggable(resource.Type) ? missingTags(resource, tagKeys) : [];
    if (missing.length > 0) problems.push(`${id}: without the tags ${missing.join(', ')}`);
  }
  for (const [name, output] of Object.entries(Outputs))
    for (const to of referencesIn(output.Value))
      if (!known.has(to)) problems.push(`output ${name}: there is no ${to}`);
  const circle = findCircle(edges);
  if (circle) problems.push(`a circle: ${circle.join(' → ')}`);
  const used = new Set(
    [...Object.values(Resources), ...Object.values(Outputs)].flatMap((one) =>
      referencesIn(one as unknown as Value),
    ),
  );
  for (const name of Object.keys(Parameters))
    if (!used.has(name)) problems.push(`parameter ${name}: nothing uses it`);
  const bytes = Buffer.byteLength(templateBody(template));
  if (bytes > MAX_TEMPLATE_BYTES) problems.push(`${bytes} bytes: CloudFormation takes ${MAX_TEMPLATE_BYTES}`);
  return problems;
}

/** Names that `Ref`, `Fn::GetAtt` and `Fn::Sub` mean, wherever they stand in a value. */
function referencesIn(value: Value): string[] {
  if (typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(value as Record<string, Value>).flatMap(([key, inner]) => {
    if (key === 'Ref') return [inner as string];
    if (key === 'Fn::GetAtt') return (inner as string[]).slice(0, 1);
    if (key !== 'Fn::Sub') return referencesIn(inner);
    const [text, values] = Array.isArray(inner)
      ? (inner as [string, Record<string, Value>])
      : [inner as string, {}];
    const names = [...text.matchAll(/\$\{([^}!]+)\}/g)].map(([, name = '']) => name.split('.')[0] ?? '');
    return [...names.filter((name) => !(name in values)), ...referencesIn(values)];
  });
}

function missingTags(resource: Resource, keys: readonly string[]): string[] {
  const text = JSON.stringify(resource.Properties);
  return keys.filter((key) => !text.includes(JSON.stringify(key)));
}

function findCircle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const next of edges.get(id) ?? []) {
      const found = visit(next, [...path, id]);
      if (found) return found;
    }
    done.add(id);
    return undefined;
  };
  for (const id of edges.keys()) {
    const found = visit(id, []);
    if (found) return found;
  }
  return undefined;
}
