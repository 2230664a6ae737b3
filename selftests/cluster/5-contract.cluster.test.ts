import { AuthorizationV1Api } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { egressBlocked } from '../../lib/environment/kind/egress.ts';
import { findEngine } from '../../lib/environment/kind/engine.ts';
import { kindProvider } from '../../lib/environment/kind/provider.ts';
import { openKube } from '../../lib/support/kube.ts';
import { environmentDir } from '../../lib/support/paths.ts';
import { silentLog } from '../../lib/support/log.ts';
import { driverContract } from '../contracts/driver-contract.ts';
import { meshproof, requireLab } from './lab.ts';

driverContract('istio', requireLab);

test('env up of an environment that is up changes nothing, and is quick', async () => {
  const before = requireLab();
  const started = Date.now();
  const result = await meshproof(['env', 'up']);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(Date.now() - started).toBeLessThan(120_000);
  const after = requireLab();
  expect(after.createdAt).toBe(before.createdAt);
  expect(after.clusters).toEqual(before.clusters);
});

test('env status says what another tool needs to use the lab', async () => {
  const { stdout, exitCode } = await meshproof(['env', 'status', '--json']);
  expect(exitCode).toBe(0);
  const status = JSON.parse(stdout) as {
    dockerHost: string;
    clusters: { name: string; kubeconfig: string; nodes: object[]; mesh: object }[];
  };
  expect(status.dockerHost).toMatch(/^(unix|tcp):\/\//);
  for (const { name, kubeconfig, nodes, mesh } of status.clusters) {
    expect((await meshproof(['env', 'kubeconfig', name])).stdout.trim()).toBe(kubeconfig);
    expect(nodes).toHaveLength(3);
    expect(nodes[0]).toMatchObject({
      role: expect.any(String),
      zone: expect.stringMatching(/^us-/),
      container: expect.any(String),
    });
    expect(mesh).toMatchObject({ namespace: 'istio-system', version: expect.any(String), ready: true });
  }
});

test('an istiod may look at the webhooks of the clusters that it watches: its first look may never end without', async () => {
  const user = 'system:serviceaccount:istio-system:istio-reader-service-account';
  const group = 'admissionregistration.k8s.io';
  const resourceAttributes = { group, resource: 'mutatingwebhookconfigurations', verb: 'list' };
  for (const { name, kubeconfig } of requireLab().clusters) {
    const api = openKube(kubeconfig).config.makeApiClient(AuthorizationV1Api);
    const body = { spec: { user, resourceAttributes } };
    expect((await api.createSubjectAccessReview({ body })).status?.allowed, name).toBe(true);
  }
});

test('what does not exist is refused with what does', async () => {
  const cluster = await meshproof(['env', 'kubeconfig', 'north']);
  expect(cluster.exitCode).toBe(64);
  expect(cluster.stderr).toContain('clusters: east, west');
  const environment = await meshproof(['env', 'status', 'nowhere']);
  expect(environment.exitCode).toBe(64);
  expect(environment.stderr).toContain('nowhere');
});

test('the lab has no way out of the machine', async () => {
  const lab = requireLab();
  test.skip(lab.images.mode !== 'source', 'with images from a registry the way out stays open');
  const engine = await findEngine();
  if (!engine) throw new Error('no engine');
  const egress = await egressBlocked(engine, {
    environment: lab.environment.name,
    network: lab.access.by === 'engine' ? lab.access.network : '',
  });
  expect(egress).toMatchObject({ blocked: true });
});

test('the provider counts as residue what is there: the check of env down can fail', async () => {
  const { environment, clusters } = requireLab();
  const context = {
    log: silentLog,
    signal: new AbortController().signal,
    stateDir: environmentDir(environment.name),
  };
  const residue = await kindProvider().residue(environment.name, context);
  for (const { container } of clusters.flatMap(({ nodes }) => nodes))
    expect(residue).toContain(`container ${container}`);
});
