import { expect, test } from '@playwright/test';
import { releaseInNodes, releaseRefs } from './release.ts';

test('a release has the names that are pinned, with its own tag and no digest of another', () => {
  const pinned = {
    pilot: 'istio/pilot:1.31.1',
    proxyv2: 'mirror.example:5000/istio/proxyv2:1.31.1@sha256:abc',
  };
  expect(releaseRefs('1.30.4', pinned)).toEqual({
    pilot: 'istio/pilot:1.30.4',
    proxyv2: 'mirror.example:5000/istio/proxyv2:1.30.4',
  });
});

test('where images are built from source there is no other release, and nothing is fetched', async () => {
  const asked: string[] = [];
  const options = {
    mode: 'source' as const,
    nodes: [],
    dockerEnv: { DOCKER_HOST: 'unix:///nonexistent' },
    cacheDir: '/nonexistent',
    onEvent: () => asked.push('image'),
    installer: async () => String(asked.push('istioctl')),
  };
  await expect(releaseInNodes('1.30.4', options)).rejects.toThrow(
    expect.objectContaining({
      kind: 'usage',
      message: expect.stringMatching(
        /the only Istio whose modules are pinned is 1\.31.*there is no 1\.30\.4/,
      ),
      nextStep: expect.stringContaining('images: registry'),
    }),
  );
  expect(asked).toEqual([]);
});

test('a release without an installer is not pulled', async () => {
  const asked: string[] = [];
  const options = {
    mode: 'registry' as const,
    nodes: [],
    dockerEnv: { DOCKER_HOST: 'unix:///nonexistent' },
    cacheDir: '/nonexistent',
    onEvent: () => asked.push('image'),
    installer: () => Promise.reject(new Error('404: there is no such release')),
  };
  await expect(releaseInNodes('9.9.9', options)).rejects.toThrow('no such release');
  expect(asked).toEqual([]);
});
