import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { loadEnvironment } from '../../lib/environment/load.ts';
import { meshDriver } from '../../lib/mesh/registry.ts';
import type { Environment } from '../../lib/model/environment.ts';
import { isEks } from '../../lib/run/aws/eks-environment.ts';
import { writeState } from '../../lib/run/state.ts';
import { apply, openKube, remove } from '../../lib/support/kube.ts';
import { MOTO_START_MS, startMoto, awsEnv } from '../aws/moto.ts';
import { startRouteFront } from '../aws/route-front.ts';
import { grantRights, nameGateways, recordEverything } from '../aws/verify-extras.ts';
import { fileIn } from '../aws/verify-file.ts';
import { ACCOUNT, verifyWorld } from '../aws/verify-world.ts';
import { hostAddress, serveSts, serveWebhook } from './identity-webhook.ts';
import { clusterOf, requireLab, verify } from './lab.ts';

const NAMESPACE = 'shop';

/**
 * The clusters of the lab, as if they were on EKS: Kubernetes, mesh and pods are real, the accounts are moto's. One thing is made up: that
 * these are the clusters that moto calls by those names.
 */
test('verify runs the suites of AWS with accounts and pods, green when all is right, and red for a pod that AWS does not know', async () => {
  test.setTimeout(MOTO_START_MS);
  const lab = requireLab();
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-aws-suites-'));
  await using moto = await startMoto();
  // The health check of the primary, which nobody outside reaches.
  const unreached = new Set<string>();
  await using front = await startRouteFront(moto.endpoint, unreached);
  const before = { ...process.env };
  // Where the program finds AWS, and the state of an environment of that name.
  Object.assign(process.env, awsEnv(front.endpoint), { MESHPROOF_STATE: folder });
  const undo: (() => Promise<void>)[] = [];
  try {
    // Clusters stand in regions of AWS, and what answers in them says the labels of kind's nodes.
    const residency = [{ service: 'payments', regions: ['eu-central-1', 'us-west-2', 'us-east', 'us-west'] }];
    const file = fileIn(folder, { expect: { residency, identities: [`${NAMESPACE}/cart`] } });
    const environment = loadEnvironment(file);
    if (!isEks(environment)) throw new Error('not on AWS');
    const { name, provider } = environment;
    const clusters = lab.clusters.map((cluster) => ({
      ...cluster,
      region: regionOf(environment, cluster.name),
    }));
    writeState({
      name,
      file,
      since: lab.createdAt,
      provider: provider.kind,
      temporary: false,
      phase: 'up',
      lab: { ...lab, environment, clusters },
    });

    const { east, west } = await verifyWorld('peering');
    const driver = meshDriver(environment);
    const [ofEast, ofWest] = await Promise.all(
      [east, west].map(({ name }) => driver.gateways(clusterOf(lab, name))),
    );
    const { check } = await nameGateways(east, west, { east: ofEast ?? [], west: ofWest ?? [] });
    unreached.add(check);
    for (const cluster of [east, west]) {
      await recordEverything(cluster);
      const roleName = await grantRights(cluster);
      const { kube } = clusterOf(lab, cluster.name);
      const objects = serviceAccount(`arn:aws:iam::${ACCOUNT}:role/${roleName}`);
      await apply(kube, objects);
      undo.push(() => remove(kube, objects.toReversed()));
    }
    const host = hostAddress(lab);
    const sts = await serveSts(host, moto.endpoint, () => false);
    undo.push(sts.close);
    const webhooks = await Promise.all(
      lab.clusters.map(async (cluster) => {
        const webhook = await serveWebhook({ ...lab, clusters: [cluster] }, host, {
          namespace: NAMESPACE,
          sts: sts.url,
        });
        const kube = openKube(cluster.kubeconfig);
        await apply(kube, [webhook.registration]);
        const gone = () => remove(kube, [webhook.registration]);
        undo.push(webhook.close, gone);
        return { cluster: cluster.name, gone };
      }),
    );

    const green = await verify('--environment', file, '--suite', 'aws');
    const others = green.verdict.tests.filter(({ verdict }) => verdict !== 'passed');
    expect(others, green.stdout + green.stderr).toMatchObject([
      { id: expect.stringMatching(/^aws\/failover:/), verdict: 'not-applicable' },
    ]);
    expect(others[0]?.reason).toContain('unhealthy before anything is done');
    expect(green.exitCode).toBe(0);
    expect(green.verdict.tests.map(({ id }) => id.replace(/:.*/, '')).toSorted()).toEqual([
      'aws/failover',
      'aws/identities',
      'aws/names',
      'aws/network',
      'aws/recordings',
      'aws/residency',
      'aws/ways',
    ]);

    await webhooks.find(({ cluster }) => cluster === 'west')?.gone();
    const red = await verify('--environment', file, '--grep', '^aws/identities:');
    expect(red.exitCode, red.stdout).toBe(1);
    expect(red.verdict.tests.map(({ reason }) => reason).join()).toContain(
      `a pod of ${NAMESPACE}/cart in west is given no AWS credentials, and should be arn:aws:iam::${ACCOUNT}:role/${west.eksName}-cart`,
    );
  } finally {
    for (const step of undo.toReversed()) await step();
    for (const key of Object.keys(process.env)) if (!(key in before)) delete process.env[key];
    Object.assign(process.env, before);
    rmSync(folder, { recursive: true, force: true });
  }
});

function regionOf({ clusters }: Environment, name: string): string {
  return clusters.find((cluster) => cluster.name === name)?.region ?? '';
}

function serviceAccount(role: string): KubernetesObject[] {
  const annotations = { 'eks.amazonaws.com/role-arn': role };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'cart', namespace: NAMESPACE, annotations },
    },
  ];
}
