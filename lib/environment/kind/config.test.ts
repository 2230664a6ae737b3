import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import type { ClusterSpec } from '../../model/environment.ts';
import { kindConfig } from './config.ts';

const cluster: ClusterSpec = {
  name: 'east',
  region: 'us-east',
  network: 'east-net',
  podCidr: '10.10.0.0/16',
  serviceCidr: '10.110.0.0/16',
  nodes: [{ role: 'control-plane', zone: 'us-east-a' }],
};

function kubeadmPatches(fewCores: boolean): Record<string, unknown>[] {
  const text = kindConfig(cluster, { image: 'node:1', ownCni: true, fewCores });
  return (parse(text) as { kubeadmConfigPatches: string[] }).kubeadmConfigPatches.map(
    (patch) => parse(patch) as Record<string, unknown>,
  );
}

test('where cores are few every program of a control plane uses one, and elsewhere as many as it likes', () => {
  const one = { extraEnvs: [{ name: 'GOMAXPROCS', value: '1' }] };
  const patch = {
    kind: 'ClusterConfiguration',
    apiServer: one,
    controllerManager: one,
    scheduler: one,
    etcd: { local: one },
  };
  expect(kubeadmPatches(true)).toContainEqual(patch);
  expect(kubeadmPatches(false).map(({ kind }) => kind)).toEqual(['KubeletConfiguration']);
});
