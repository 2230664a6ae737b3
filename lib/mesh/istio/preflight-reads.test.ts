import { expect, test } from '@playwright/test';
import { readManifest } from './preflight-reads.ts';

const manifest = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-sidecar-injector
data:
  mesh: not-this
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
data:
  mesh: |-
    trustDomain: cluster.local
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.networking.istio.io
---
apiVersion: v1
kind: Service
metadata:
  name: istiod
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod-canary
spec:
  template:
    spec:
      containers:
        - image: registry:5000/istio/pilot:1.31.1@sha256:0
`;

test('of what istioctl would install, version, mesh configuration and definitions are read', () => {
  const { controlPlane, meshConfig, definitions } = readManifest(manifest);
  expect(controlPlane).toBe('1.31.1');
  expect(meshConfig).toEqual({ trustDomain: 'cluster.local' });
  expect(definitions.map(({ metadata }) => metadata.name)).toEqual(['gateways.networking.istio.io']);
});

test('an image that is named by its digest alone has no version', () => {
  expect(readManifest(manifest.replace(':1.31.1@', '@')).controlPlane).toBe('');
});
