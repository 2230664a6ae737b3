import type { GateFinding } from '../../model/gate.ts';
import {
  type CustomObject,
  type Definition,
  fieldsOf,
  objectWords,
  pathWords,
  type Schema,
  valuesAt,
} from './crd-schema.ts';

/** Fields named in one sentence when nobody uses them. */
const NAMED = 3;

/** Definitions of one cluster, and its objects by the name of their definition. */
export interface InstalledResources {
  cluster: string;
  definitions: readonly Definition[];
  objects: Readonly<Record<string, readonly CustomObject[]>>;
}

/**
 * What a candidate's resource definitions take away from a cluster's own; pure. Against it, when an object uses what goes,
 * or the API server would refuse the definition; a note otherwise. What is only added says nothing.
 */
export function definitionFindings(
  { cluster, definitions, objects }: InstalledResources,
  candidate: readonly Definition[],
): GateFinding[] {
  return definitions.flatMap((before) => {
    const { name } = before.metadata;
    const own = objects[name] ?? [];
    const after = candidate.find(({ metadata }) => metadata.name === name);
    if (!after) return goneFindings(cluster, name, own);
    return [
      ...versionFindings(cluster, before, after, own),
      ...before.spec.versions.flatMap(({ name: version, served, schema }) => {
        const now = after.spec.versions.find((one) => one.name === version);
        // An object reads the same in every version that is served: told once, for the one that is stored.
        const stored = before.spec.versions.find(({ storage }) => storage)?.name === version;
        if (!served || !stored || !now) return [];
        return fieldFindings(
          { cluster, definition: `${name} ${version}` },
          [schema?.openAPIV3Schema, now.schema?.openAPIV3Schema],
          own,
        );
      }),
    ];
  });
}

function goneFindings(cluster: string, name: string, own: readonly CustomObject[]): GateFinding[] {
  if (own.length === 0)
    return [
      found(
        'note',
        `${cluster}: the candidate has no definition ${name}; nothing uses it, and it stays: remove it by hand`,
      ),
    ];
  return [
    found(
      'against',
      `${cluster}: the candidate does not know ${name}, and heeds ${objectWords(own)} no more: replace what they do first`,
    ),
  ];
}

function versionFindings(
  cluster: string,
  before: Definition,
  after: Definition,
  own: readonly CustomObject[],
): GateFinding[] {
  const { name } = before.metadata;
  const listed = after.spec.versions.map((one) => one.name);
  const served = after.spec.versions.filter((one) => one.served).map((one) => one.name);
  const stored = (before.status?.storedVersions ?? []).filter((version) => !listed.includes(version));
  const ended = before.spec.versions.filter((one) => one.served && !served.includes(one.name));
  const storage = (definition: Definition) => definition.spec.versions.find((one) => one.storage)?.name;
  return [
    ...stored.map((version) =>
      found(
        'against',
        `${cluster}: ${name} has objects stored as ${version}, which the candidate's definition has no more, so that the API server refuses it: store them anew, then take ${version} out of status.storedVersions`,
      ),
    ),
    ...ended.map((version) => {
      const users = own.filter((object) => writesAs(object, `${before.spec.group}/${version.name}`));
      return users.length > 0
        ? found(
            'against',
            `${cluster}: the candidate serves no ${name} ${version.name}, and ${objectWords(users)} ${users.length === 1 ? 'is' : 'are'} written as that: apply as ${served.join(' or ')} first`,
          )
        : found(
            'note',
            `${cluster}: the candidate serves no ${name} ${version.name}; no object is written as that`,
          );
    }),
    ...(storage(before) === storage(after)
      ? []
      : [
          found(
            'note',
            `${cluster}: ${name} is stored as ${storage(after)} by the candidate, and as ${storage(before)} now: before the next upgrade, store its objects anew`,
          ),
        ]),
  ];
}

/** Some client last wrote it in this version of its API. */
function writesAs({ metadata }: CustomObject, apiVersion: string): boolean {
  return (metadata?.managedFields ?? []).some((one) => one.apiVersion === apiVersion);
}

function fieldFindings(
  { cluster, definition }: { cluster: string; definition: string },
  [before, after]: readonly [Schema | undefined, Schema | undefined],
  own: readonly CustomObject[],
): GateFinding[] {
  const now = new Map([...fieldsOf(after)].map(([path, schema]) => [pathWords(path), schema]));
  const unused: string[] = [];
  const findings: GateFinding[] = [];
  const settled: string[] = [];
  for (const [path, schema] of fieldsOf(before)) {
    const field = pathWords(path);
    // What is below a field that goes, goes with it; a field that takes anything still takes it.
    if (settled.some((one) => field.startsWith(`${one}.`) || field.startsWith(`${one}[]`))) continue;
    const parent = path.length === 1 ? after : now.get(pathWords(path.slice(0, -1)));
    const change = changeOf(schema, now.get(field), parent);
    if (!now.has(field) || change?.gone) settled.push(field);
    if (!change) continue;
    const users = own.filter((object) => valuesAt(object, path).some(change.affects));
    if (users.length === 0) unused.push(field);
    else
      findings.push(
        found(
          'against',
          `${cluster}: ${field} of ${definition} ${change.words}, and ${objectWords(users)} ${users.length === 1 ? 'uses' : 'use'} it: change that first`,
        ),
      );
  }
  if (unused.length > 0) {
    const more = unused.length - NAMED;
    findings.push(
      found(
        'note',
        `${cluster}: fields of ${definition} that nobody uses are changed or gone in the candidate: ${unused.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
      ),
    );
  }
  return findings;
}

interface FieldChange {
  words: string;
  gone: boolean;
  affects(this: void, value: unknown): boolean;
}

function changeOf(
  before: Schema,
  after: Schema | undefined,
  parent: Schema | undefined,
): FieldChange | undefined {
  if (!after) {
    if (parent?.['x-kubernetes-preserve-unknown-fields'] === true || parent?.additionalProperties === true)
      return undefined;
    return { words: 'is gone in the candidate', gone: true, affects: () => true };
  }
  if (before.type !== undefined && after.type !== undefined && before.type !== after.type)
    return {
      words: `is ${after.type} in the candidate, and ${before.type} now`,
      gone: true,
      affects: () => true,
    };
  const values = (before.enum ?? []).filter((value) => after.enum && !after.enum.includes(value));
  if (values.length === 0) return undefined;
  const words = `may not be ${values.map(String).join(' or ')} any more in the candidate`;
  return { words, gone: false, affects: (value) => values.includes(value) };
}

function found(weight: GateFinding['weight'], words: string): GateFinding {
  return { source: 'preflight', weight, words };
}
