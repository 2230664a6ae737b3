import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { lastCopies, podsTaken } from './guard.ts';
import { samplePlan } from './sample-plan.ts';

function pod(namespace: string, owner: string, nodeName: string, ready = true, kind = 'ReplicaSet'): V1Pod {
  return {
    metadata: { namespace, ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner, uid: '1' }] },
    spec: { nodeName, containers: [] },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

/** What a fault that takes these nodes would take the last copy of. */
function copiesLostWith(nodes: readonly string[], pods: readonly V1Pod[]): string[] {
  const targets = nodes.map((node) => ({ cluster: 'east', node, container: node }));
  const spec = { kind: 'zone-outage', cluster: 'east', zone: 'a' } as const;
  return lastCopies(pods, podsTaken(samplePlan({ spec, targets }), pods));
}

test('the only ready copy on the node is a last copy', () => {
  expect(copiesLostWith(['a'], [pod('shop', 'web', 'a')])).toEqual(['shop/web']);
  expect(copiesLostWith(['a'], [pod('shop', 'web', 'a'), pod('shop', 'web', 'b', false)])).toEqual([
    'shop/web',
  ]);
});

test('a ready copy elsewhere makes it none; nor are our own or a DaemonSet counted', () => {
  expect(copiesLostWith(['a'], [pod('shop', 'web', 'a'), pod('shop', 'web', 'b')])).toEqual([]);
  expect(
    copiesLostWith(
      ['a'],
      [pod('meshproof-mesh', 'payments', 'a'), pod('kube-system', 'proxy', 'a', true, 'DaemonSet')],
    ),
  ).toEqual([]);
});

test('a program that is frozen is taken wherever it runs; a stopped kubelet takes no pod', () => {
  const dns = pod('kube-system', 'coredns', 'b');
  dns.spec = { nodeName: 'b', containers: [{ name: 'coredns' }] };
  const pods = [dns, pod('shop', 'web', 'b')];
  const freeze = samplePlan({ spec: { kind: 'process-freeze', cluster: 'east', program: 'coredns' } });
  expect(lastCopies(pods, podsTaken(freeze, pods))).toEqual(['kube-system/coredns']);
  const stop = samplePlan({ spec: { kind: 'kubelet-stop', cluster: 'east', node: 'b' } });
  expect(podsTaken(stop, pods)).toEqual([]);
});
