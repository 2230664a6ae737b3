import { expect, test } from '@playwright/test';
import type { V1Deployment } from '@kubernetes/client-node';
import { isDaemonRolledOut, isRolledOut } from './rollouts.ts';

const done = { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2, replicas: 2 };
const deployment = (status: V1Deployment['status']): V1Deployment => ({
  metadata: { generation: 2 },
  spec: { replicas: 2, selector: {}, template: {} },
  ...(status ? { status } : {}),
});

test('a rollout is done when its controller has seen it, and all pods are new and available', () => {
  expect(isRolledOut(deployment(done))).toBe(true);
});

for (const [what, status] of [
  ['that the controller has not seen', { ...done, observedGeneration: 1 }],
  ['with old pods among those available', { ...done, updatedReplicas: 1 }],
  ['with a new pod that is not available', { ...done, availableReplicas: 1 }],
  ['with an old pod left', { ...done, replicas: 3 }],
  ['of which nothing is known', undefined],
] as const) {
  test(`a rollout ${what} is not done`, () => expect(isRolledOut(deployment(status))).toBe(false));
}

test('a DaemonSet is done with a new pod available on every node', () => {
  const all = { currentNumberScheduled: 3, desiredNumberScheduled: 3, numberMisscheduled: 0, numberReady: 3 };
  const of = (updatedNumberScheduled: number, numberAvailable: number) =>
    isDaemonRolledOut({
      metadata: { generation: 1 },
      status: { ...all, observedGeneration: 1, updatedNumberScheduled, numberAvailable },
    });
  expect([of(3, 3), of(2, 3), of(3, 2)]).toEqual([true, false, false]);
});
