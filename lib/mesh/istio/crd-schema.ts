/** As much of an OpenAPI schema (apiextensions v1, JSONSchemaProps) as is looked at here. */
export interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  enum?: unknown[];
  'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** As much of a CustomResourceDefinition. */
export interface Definition {
  metadata: { name: string };
  spec: {
    group: string;
    names: { kind: string; plural: string };
    versions: {
      name: string;
      served: boolean;
      storage: boolean;
      deprecated?: boolean;
      deprecationWarning?: string;
      schema?: { openAPIV3Schema?: Schema };
    }[];
  };
  status?: { storedVersions?: string[] };
}

/** An object of such a kind. */
export interface CustomObject {
  apiVersion?: string;
  kind?: string;
  metadata?: { name?: string; namespace?: string; managedFields?: { apiVersion?: string }[] };
  spec?: unknown;
}

/** A step into an object: a field's name, `[]` for every item, `*` for every entry of a map. */
export type FieldPath = readonly string[];

/** Every field that a schema knows, with its own schema, from the top down. */
export function* fieldsOf(schema: Schema | undefined, path: FieldPath = []): Generator<[FieldPath, Schema]> {
  if (!schema) return;
  if (path.length > 0) yield [path, schema];
  for (const [name, sub] of Object.entries(schema.properties ?? {})) yield* fieldsOf(sub, [...path, name]);
  if (schema.items) yield* fieldsOf(schema.items, [...path, '[]']);
  if (typeof schema.additionalProperties === 'object')
    yield* fieldsOf(schema.additionalProperties, [...path, '*']);
}

/** What an object has at a path; empty when it does not set it. */
export function valuesAt(value: unknown, [step, ...rest]: FieldPath): unknown[] {
  if (step === undefined) return value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  if (step === '[]') return Array.isArray(value) ? value.flatMap((item) => valuesAt(item, rest)) : [];
  if (step === '*') return Object.values(value).flatMap((item) => valuesAt(item, rest));
  return valuesAt((value as Record<string, unknown>)[step], rest);
}

/** `spec.http[].corsPolicy`, as people write it. */
export function pathWords(path: FieldPath): string {
  return path.join('.').replaceAll('.[]', '[]');
}

/** Names of objects that do, three at most; empty for none. */
export function objectWords(objects: readonly CustomObject[]): string {
  const some = objects.slice(0, 3).map(({ kind, metadata }) => {
    const namespace = metadata?.namespace === undefined ? '' : `${metadata.namespace}/`;
    return `${kind} ${namespace}${metadata?.name}`;
  });
  const more = objects.length - some.length;
  return `${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
