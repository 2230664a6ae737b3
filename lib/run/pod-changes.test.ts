import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { listedIn, podChanges } from './pod-changes.ts';

const status = (name: string, ended: boolean): V1ContainerStatus => ({
  name,
  image: 'i',
  imageID: 'i',
  ready: !ended,
  restartCount: 0,
  state: ended ? { terminated: { exitCode: 0 } } : { running: {} },
});
const pod = ({ ready = true, ending = false, agent = false, proxy = false } = {}): V1Pod => ({
  metadata: { name: 'p', ...(ending ? { deletionTimestamp: new Date(0) } : {}) },
  spec: {
    containers: [{ name: 'agent' }],
    initContainers: [{ name: 'istio-init' }, { name: 'istio-proxy', restartPolicy: 'Always' }],
  },
  status: {
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [status('agent', agent)],
    initContainerStatuses: [status('istio-init', true), status('istio-proxy', proxy)],
  },
});

test('a pod becomes ready, is told to end, loses its containers one after the other, and is gone', () => {
  expect(podChanges(undefined, pod({ ready: false }))).toEqual([]);
  expect(podChanges(pod({ ready: false }), pod())).toEqual([{ what: 'ready' }]);
  expect(podChanges(pod(), pod({ ending: true }))).toEqual([{ what: 'ending' }]);
  const agentEnded = pod({ ending: true, ready: false, agent: true });
  expect(podChanges(pod({ ending: true }), agentEnded)).toEqual([
    { what: 'unready' },
    { what: 'stopped', container: 'agent' },
  ]);
  expect(podChanges(agentEnded, pod({ ending: true, ready: false, agent: true, proxy: true }))).toEqual([
    { what: 'stopped', container: 'istio-proxy' },
  ]);
  expect(podChanges(agentEnded, undefined)).toEqual([{ what: 'gone' }]);
});

test('nothing new is no change, and a container that is done when a pod starts is none', () => {
  expect(podChanges(pod(), pod())).toEqual([]);
  expect(podChanges(undefined, pod())).toEqual([{ what: 'ready' }]);
});

test('an address takes calls unless its slice says otherwise', () => {
  const endpoints = [
    { addresses: ['10.0.0.1'], conditions: { ready: true } },
    { addresses: ['10.0.0.2'] },
    { addresses: ['10.0.0.3'], conditions: { ready: false, serving: true, terminating: true } },
  ];
  expect([...listedIn({ addressType: 'IPv4', endpoints })]).toEqual(['10.0.0.1', '10.0.0.2']);
});
