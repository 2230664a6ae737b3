import { V1MicroTime } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { electionInMap, electionOfLease } from './elections.ts';

const RENEWED = '2026-01-01T00:00:00Z';
const leader = {
  holder: 'istiod-1',
  transitions: 2,
  validUntil: Date.parse(RENEWED) + 30_000,
};

function map(annotations?: Record<string, string>) {
  return {
    metadata: { name: 'istio-leader', namespace: 'istio-system', ...(annotations && { annotations }) },
  };
}

test('an election is read from the annotation of a ConfigMap; other ConfigMaps hold none', () => {
  const record = {
    holderIdentity: 'istiod-1',
    holderKey: 'default',
    leaseDurationSeconds: 30,
    renewTime: RENEWED,
    leaderTransitions: 2,
  };
  const found = electionInMap(map({ 'control-plane.alpha.kubernetes.io/leader': JSON.stringify(record) }));
  expect(found).toEqual({ lease: 'istio-system/istio-leader', ...leader });
  expect(electionInMap(map())).toBeUndefined();
  expect(electionInMap(map({ other: '{}' }))).toBeUndefined();
});

test('a record that cannot be read is an error, and no election without a holder', () => {
  expect(() => electionInMap(map({ 'control-plane.alpha.kubernetes.io/leader': 'istiod-1' }))).toThrow();
});

test('an election is read from a Lease; one that was let go has no holder', () => {
  const metadata = { name: 'kube-scheduler', namespace: 'kube-system' };
  const spec = { leaseDurationSeconds: 30, renewTime: new V1MicroTime(RENEWED), leaseTransitions: 2 };
  expect(electionOfLease({ metadata, spec: { ...spec, holderIdentity: 'istiod-1' } })).toEqual({
    lease: 'kube-system/kube-scheduler',
    ...leader,
  });
  expect(electionOfLease({ metadata, spec }).holder).toBe('');
});
