import { expect, test } from '@playwright/test';
import { type Stage, contentHash, stageHashes } from './stage.ts';

function stage(name: string, needs: string[] = [], inputs: unknown = null): Stage {
  return { name, needs, inputs, slot: 'fetch', run: async () => {} };
}

test('a content hash does not depend on the order of keys, and depends on everything else', () => {
  expect(contentHash({ a: 1, b: { c: 2, d: 3 } })).toBe(contentHash({ b: { d: 3, c: 2 }, a: 1 }));
  expect(contentHash({ a: 1 })).not.toBe(contentHash({ a: 2 }));
  expect(contentHash([1, 2])).not.toBe(contentHash([2, 1]));
  expect(contentHash('x')).toMatch(/^[0-9a-f]{16}$/);
});

test('a changed input changes the stages that need it, and no others', () => {
  const graph = (version: number) =>
    stageHashes([
      stage('go', [], { version }),
      stage('image', ['go']),
      stage('rootfs'),
      stage('node', ['image']),
    ]);
  const [before, after] = [graph(1), graph(2)];
  const changed = [...before.keys()].filter((name) => before.get(name) !== after.get(name));
  expect(changed.sort()).toEqual(['go', 'image', 'node']);
});

test('a stage that needs itself, or one that is not there, is refused', () => {
  expect(() => stageHashes([stage('a', ['b']), stage('b', ['a'])])).toThrow('a → b → a');
  expect(() => stageHashes([stage('a', ['nowhere'])])).toThrow('a → nowhere');
});
