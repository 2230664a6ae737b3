import { expect, test } from '@playwright/test';
import { judgeProofs } from '../../lib/analysis/aws/iam-proofs.ts';
import type { IamSubject } from '../../lib/model/aws-iam.ts';
import { annotatedAccounts } from '../../lib/run/aws/annotated-accounts.ts';
import { proveIdentities } from '../../lib/run/aws/prove-identities.ts';
import { apply, ignoreMissing, remove, waitFor } from '../../lib/support/kube.ts';
import { MOTO_START_MS, startMoto } from '../aws/moto.ts';
import { hostAddress, serveSts, serveWebhook } from './identity-webhook.ts';
import { clusterOf, requireLab } from './lab.ts';

const NAMESPACE = 'identities-of-a-test';
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

/** Service accounts by name, with the role that each names: as `impostor` does, which is meant to be another. */
const ACCOUNTS: Record<string, string | undefined> = {
  cart: role('shop-cart'),
  impostor: role('shop-orders'),
  stranger: role('denied'),
  nobody: undefined,
};

test('pods prove by STS whom AWS takes their service accounts for, and nothing is left of them', async () => {
  test.setTimeout(MOTO_START_MS);
  const lab = requireLab();
  const { kube, ...cluster } = clusterOf(lab, 'east');
  const host = hostAddress(lab);
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...Object.entries(ACCOUNTS).map(([name, arn]) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name,
        namespace: NAMESPACE,
        ...(arn === undefined ? {} : { annotations: { 'eks.amazonaws.com/role-arn': arn } }),
      },
    })),
  ];
  await using moto = await startMoto();
  const sts = await serveSts(host, moto.endpoint, (asked) => asked === role('denied'));
  await apply(kube, objects);
  const webhook = await serveWebhook(lab, host, { namespace: NAMESPACE, sts: sts.url });
  try {
    await apply(kube, [webhook.registration]);
    const annotated = (await annotatedAccounts(cluster)).filter(({ namespace }) => namespace === NAMESPACE);
    expect(annotated.map(({ serviceAccount }) => serviceAccount).toSorted()).toEqual([
      'cart',
      'impostor',
      'stranger',
    ]);
    const subjects: IamSubject[] = [
      ...annotated.filter(({ serviceAccount }) => serviceAccount !== 'impostor'),
      // What the accounts of AWS say of them.
      { ...subject('impostor', role('shop-cart')), via: 'pod-identity', known: 'association' },
      subject('nobody', role('shop-cart')),
    ];
    const wanted = Object.keys(ACCOUNTS).map((name) => `${NAMESPACE}/${name}`);
    const started = Date.now();
    const proofs = await proveIdentities({ ...lab, clusters: [cluster] }, 'identities', wanted, subjects);
    expect(Date.now() - started).toBeLessThan(90_000);
    const answers = Object.fromEntries(proofs.map(({ serviceAccount, answer }) => [serviceAccount, answer]));
    expect(answers).toEqual({
      cart: { arn: expect.stringMatching(/^arn:aws:sts::123456789012:assumed-role\/shop-cart\//) },
      impostor: { arn: expect.stringMatching(/^arn:aws:sts::123456789012:assumed-role\/shop-orders\//) },
      stranger: { refused: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity' },
      nobody: { missing: true },
    });
    const findings = judgeProofs(wanted, subjects, proofs);
    expect(findings.map(({ kind }) => kind).toSorted()).toEqual([
      'no-credentials',
      'other-identity',
      'refused',
    ]);
    await nothingLeft();
  } finally {
    await remove(kube, [webhook.registration, ...objects.toReversed()]);
    await webhook.close();
    await sts.close();
  }

  async function nothingLeft(): Promise<void> {
    await waitFor(
      'Jobs, pods and programs are gone',
      async () => {
        const [jobs, pods, maps] = await Promise.all([
          kube.batch.listNamespacedJob({ namespace: NAMESPACE }),
          kube.core.listNamespacedPod({ namespace: NAMESPACE }),
          kube.core.listNamespacedConfigMap({ namespace: NAMESPACE }),
        ]);
        const ours = maps.items.filter(({ metadata }) => metadata?.name?.startsWith('meshproof-'));
        return jobs.items.length + pods.items.length + ours.length === 0;
      },
      { timeoutMs: 30_000 },
    );
  }
});

function subject(serviceAccount: string, arn: string): IamSubject {
  return {
    cluster: 'east',
    namespace: NAMESPACE,
    serviceAccount,
    via: 'irsa',
    known: 'trust policy',
    role: arn,
  };
}

test('a namespace that admits no pods of ours is told, with what to look at', async () => {
  const lab = requireLab();
  const { kube, ...cluster } = clusterOf(lab, 'east');
  const name = `${NAMESPACE}-full`;
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'cart', namespace: name } },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: name },
      spec: { hard: { 'count/jobs.batch': '0' } },
    },
  ];
  await apply(kube, objects);
  try {
    const known = { ...subject('cart', role('shop-cart')), namespace: name };
    await waitFor(
      'the quota counts',
      async () => {
        const quota = await ignoreMissing(
          kube.core.readNamespacedResourceQuota({ name: 'none', namespace: name }),
        );
        return quota?.status?.hard !== undefined;
      },
      { timeoutMs: 30_000 },
    );
    await expect(
      proveIdentities({ ...lab, clusters: [cluster] }, 'identities', [`${name}/cart`], [known]),
    ).rejects.toThrow(/^no pod of .*\/cart in east could be asked: .*exceeded quota/s);
  } finally {
    await remove(kube, objects.toReversed());
  }
});
