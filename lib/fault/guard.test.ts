import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { lastCopies } from './guard.ts';

function pod(namespace: string, owner: string, nodeName: string, ready = true, kind = 'ReplicaSet'): V1Pod {
  return {
    metadata: { namespace, ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner, uid: '1' }] },
    spec: { nodeName, containers: [] },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

test('the only ready copy on the node is a last copy', () => {
  expect(lastCopies([pod('shop', 'web', 'a')], ['a'])).toEqual(['shop/web']);
  expect(lastCopies([pod('shop', 'web', 'a'), pod('shop', 'web', 'b', false)], ['a'])).toEqual(['shop/web']);
});

test('a ready copy elsewhere makes it none; nor are our own or a DaemonSet counted', () => {
  expect(lastCopies([pod('shop', 'web', 'a'), pod('shop', 'web', 'b')], ['a'])).toEqual([]);
  expect(
    lastCopies(
      [pod('meshproof-mesh', 'payments', 'a'), pod('kube-system', 'proxy', 'a', true, 'DaemonSet')],
      ['a'],
    ),
  ).toEqual([]);
});
