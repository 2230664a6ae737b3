import { expect, test } from '@playwright/test';
import { inTheWay, openEntries } from './changes.ts';
import type { KubernetesObject } from '@kubernetes/client-node';
import { bare, putBack, type Undo } from './changes-undo.ts';

const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cacerts', namespace: 'istio-system' } };
const edit = (cluster = 'east'): Undo => ({ kind: 'object', cluster, ref: secret, before: null });
const entry = (id: string, owner: string, undo: Undo = edit()) => ({ id, owner, at: '', undo });
const undone = (id: string, owner = 'x') => ({ id, owner, at: '', undone: true as const });
const ids = (entries: { id: string }[]) => entries.map(({ id }) => id);

test('a change is open until it was undone, whoever undid it', () => {
  const entries = [entry('1', 'a'), entry('2', 'b'), undone('1', 'sweep'), entry('3', 'a')];
  expect(ids(openEntries(entries))).toEqual(['2', '3']);
  expect(openEntries([...entries, undone('2'), undone('3')])).toEqual([]);
});

test('an entry that says undone twice, or of a change that is not there, opens nothing', () => {
  expect(openEntries([undone('1'), undone('1')])).toEqual([]);
});

test('a change is not undone while somebody else has changed the same object since', () => {
  const mine = ({ owner }: { owner: string }) => owner === 'roots';
  const open = openEntries([entry('1', 'roots'), entry('2', 'signer')]);
  expect(inTheWay(open, mine)).toEqual(['signer has changed Secret istio-system/cacerts since']);
  expect(inTheWay(open, ({ owner }) => owner === 'signer')).toEqual([]);
  expect(inTheWay(open, () => true)).toEqual([]);
});

test('the same object of another cluster, and a command, are in nobody’s way', () => {
  const command: Undo = { kind: 'command', container: 'node', command: ['true'] };
  const open = openEntries([entry('1', 'a'), entry('2', 'b', edit('west')), entry('3', 'b', command)]);
  expect(inTheWay(open, ({ owner }) => owner === 'a')).toEqual([]);
});

test('what the API server keeps itself is not put back', () => {
  const object = {
    ...secret,
    data: { a: 'YQ==' },
    status: { seen: true },
    metadata: {
      ...secret.metadata,
      labels: { app: 'istiod' },
      uid: 'u',
      resourceVersion: '7',
      generation: 2,
      creationTimestamp: new Date(),
      deletionTimestamp: new Date(),
      managedFields: [],
    },
  };
  expect(bare(object)).toEqual({
    ...secret,
    data: { a: 'YQ==' },
    metadata: { ...secret.metadata, labels: { app: 'istiod' } },
  });
});

test('what was made is gone when it is said to be: an object that is held back is waited for', async () => {
  const range = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'more' } };
  const reads: (KubernetesObject | undefined)[] = [
    { ...range, metadata: { ...range.metadata, finalizers: ['a-controller'] } },
    { ...range, metadata: { ...range.metadata, finalizers: [] } },
  ];
  const looks = reads.length;
  const never = () => Promise.reject(new Error('not asked for'));
  const objects = {
    read: () => Promise.resolve(reads.shift()),
    delete: () => Promise.resolve({}),
    create: never,
    replace: never,
  };
  const fake = { objects } as unknown as Parameters<typeof putBack>[0];
  await putBack(fake, { kind: 'object', cluster: 'east', ref: range, before: null });
  expect(looks - reads.length).toBe(2);
});
