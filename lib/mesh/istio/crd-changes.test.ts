import { expect, test } from '@playwright/test';
import { definitionFindings } from './crd-changes.ts';
import type { CustomObject, Definition, Schema } from './crd-schema.ts';

const NAME = 'destinationrules.networking.istio.io';
const version = (name: string, spec: Schema, rest: { served?: boolean; storage?: boolean } = {}) => ({
  name,
  served: true,
  storage: name === 'v1',
  schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
  ...rest,
});
const definition = (spec: Schema, versions = [version('v1', spec)]): Definition => ({
  metadata: { name: NAME },
  spec: {
    group: 'networking.istio.io',
    names: { kind: 'DestinationRule', plural: 'destinationrules' },
    versions,
  },
  status: { storedVersions: ['v1'] },
});
const SPEC: Schema = {
  type: 'object',
  properties: {
    host: { type: 'string' },
    simple: { type: 'string', enum: ['ROUND_ROBIN', 'LEAST_CONN'] },
    subsets: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
  },
};
const without = (field: string): Schema => {
  const { [field]: _, ...properties } = SPEC.properties ?? {};
  return { ...SPEC, properties };
};
const object = (spec: unknown, apiVersion = 'networking.istio.io/v1'): CustomObject => ({
  kind: 'DestinationRule',
  metadata: { name: 'cart', namespace: 'shop', managedFields: [{ apiVersion }] },
  spec,
});
const said = (before: Definition, after: Definition | undefined, own: CustomObject[] = []) =>
  definitionFindings(
    { cluster: 'east', definitions: [before], objects: { [NAME]: own } },
    after ? [after] : [],
  ).map(({ weight, words }) => `${weight}: ${words}`);

test('the same definition, or one with more in it, says nothing', () => {
  const more = { ...SPEC, properties: { ...SPEC.properties, fresh: { type: 'string' } } };
  const own = [object({ host: 'cart', subsets: [{ name: 'v1' }] })];
  expect(said(definition(SPEC), definition(SPEC), own)).toEqual([]);
  expect(said(definition(SPEC), definition(more), own)).toEqual([]);
});

test('a field that goes is against it where an object uses it, and a note where none does', () => {
  const gone = definition(without('subsets'));
  expect(said(definition(SPEC), gone, [object({ host: 'cart', subsets: [{ name: 'v1' }] })])).toEqual([
    `against: east: spec.subsets of ${NAME} v1 is gone in the candidate, and DestinationRule shop/cart uses it: change that first`,
  ]);
  expect(said(definition(SPEC), gone, [object({ host: 'cart' })])).toEqual([
    `note: east: fields of ${NAME} v1 that nobody uses are changed or gone in the candidate: spec.subsets`,
  ]);
});

test('a field that takes anything still takes what it names no more', () => {
  const open = { ...without('subsets'), 'x-kubernetes-preserve-unknown-fields': true };
  expect(said(definition(SPEC), definition(open), [object({ subsets: [] })])).toEqual([]);
});

test('another type, or a value that may not be any more, is against it for objects that have it', () => {
  const retyped = { ...SPEC, properties: { ...SPEC.properties, host: { type: 'object' } } };
  expect(said(definition(SPEC), definition(retyped), [object({ host: 'cart' })])).toEqual([
    expect.stringMatching(/^against: .*spec.host .* is object in the candidate, and string now, and/),
  ]);
  const fewer = {
    ...SPEC,
    properties: { ...SPEC.properties, simple: { type: 'string', enum: ['ROUND_ROBIN'] } },
  };
  expect(said(definition(SPEC), definition(fewer), [object({ simple: 'LEAST_CONN' })])).toEqual([
    expect.stringMatching(/^against: .*spec.simple .* may not be LEAST_CONN any more .*shop\/cart uses it/),
  ]);
  expect(said(definition(SPEC), definition(fewer), [object({ simple: 'ROUND_ROBIN' })])).toEqual([
    expect.stringMatching(/^note: /),
  ]);
});

test('a version that is served no more is against it for whoever writes it', () => {
  const both = [version('v1', SPEC), version('v1beta1', SPEC)];
  const ended = [version('v1', SPEC), version('v1beta1', SPEC, { served: false })];
  const before = definition(SPEC, both);
  expect(said(before, definition(SPEC, ended), [object({}, 'networking.istio.io/v1beta1')])).toEqual([
    `against: east: the candidate serves no ${NAME} v1beta1, and DestinationRule shop/cart is written as that: apply as v1 first`,
  ]);
  expect(said(before, definition(SPEC, ended), [object({})])).toEqual([expect.stringMatching(/^note: /)]);
});

test('a stored version that the candidate lists no more would be refused by the API server', () => {
  const old = definition(SPEC, [version('v1', SPEC), version('v1alpha3', SPEC)]);
  old.status = { storedVersions: ['v1alpha3', 'v1'] };
  expect(said(old, definition(SPEC))).toContainEqual(
    expect.stringMatching(/^against: .* stored as v1alpha3, .* take v1alpha3 out of status.storedVersions$/),
  );
  const moved = definition(SPEC, [
    version('v1', SPEC, { storage: false }),
    version('v1alpha3', SPEC, { storage: true }),
  ]);
  expect(said(old, moved)).toEqual([expect.stringMatching(/^note: .* stored as v1alpha3 by the candidate/)]);
});

test('a definition that the candidate has not is against it for the objects there are', () => {
  expect(said(definition(SPEC), undefined, [object({})])).toEqual([
    `against: east: the candidate does not know ${NAME}, and heeds DestinationRule shop/cart no more: replace what they do first`,
  ]);
  expect(said(definition(SPEC), undefined)).toEqual([
    expect.stringMatching(/^note: .* nothing uses it, and it stays/),
  ]);
});
