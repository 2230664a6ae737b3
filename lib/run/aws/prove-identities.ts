import { randomUUID } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { rolesOf } from '../../analysis/aws/iam-proofs.ts';
import type { IamProof, IamSubject } from '../../model/aws-iam.ts';
import type { Lab } from '../../model/lab.ts';
import { meshDriver } from '../../mesh/registry.ts';
import { bundle } from '../../support/bundle.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import { inParallel } from '../../support/in-parallel.ts';
import { apply, ignoreMissing, type Kube, openKube, waitFor } from '../../support/kube.ts';
import { RUN_LABEL } from '../workloads.ts';
import {
  CONTAINER,
  DEADLINE_SECONDS,
  type IdentityJob,
  identityJob,
  identityProgram,
} from './identity-job.ts';

/**
 * Runs a pod under each of these service accounts (`namespace/name`), in every cluster where it is said to have a role, and gives back who
 * AWS says it is. The pods are deleted whatever happens, and by Kubernetes when this process dies. An `environment` error when
 * one could not be run.
 */
export async function proveIdentities(
  lab: Lab,
  run: string,
  wanted: readonly string[],
  subjects: readonly IamSubject[],
): Promise<IamProof[]> {
  const accounts = lab.clusters.flatMap(({ name: cluster, kubeconfig }) =>
    wanted.flatMap((account) => {
      const [namespace = '', serviceAccount = ''] = account.split('/');
      const one = { cluster, namespace, serviceAccount };
      return rolesOf(subjects, one).length > 0 ? [{ ...one, kubeconfig }] : [];
    }),
  );
  if (accounts.length === 0) return [];
  const program = await bundle('lib/aws/whoami/main.ts', { minify: true });
  const podLabels = meshDriver(lab.environment).bypass?.without ?? {};
  return inParallel(accounts, async ({ kubeconfig, ...account }) => {
    const job: IdentityJob = {
      name: `meshproof-whoami-${randomUUID().slice(0, 8)}`,
      namespace: account.namespace,
      serviceAccount: account.serviceAccount,
      image: lab.images.runtime,
      labels: { [RUN_LABEL]: run },
      podLabels,
    };
    const where = `${account.namespace}/${account.serviceAccount} in ${account.cluster}`;
    try {
      return { ...account, answer: await ask(openKube(kubeconfig), job, program, where) };
    } catch (cause) {
      throw new MeshproofError('environment', `no pod of ${where} could be asked: ${errorMessage(cause)}`, {
        cause,
        nextStep: `see what rights, quotas and admission of the namespace ${job.namespace} say, and whether ${job.image} can be pulled`,
      });
    }
  });
}

async function ask(
  kube: Kube,
  job: IdentityJob,
  program: string,
  where: string,
): Promise<IamProof['answer']> {
  const { name, namespace } = job;
  try {
    const made = await kube.batch.createNamespacedJob({ namespace, body: identityJob(job) });
    // The pod waits for its program; a process that dies in between leaves a Job that ends by its deadline.
    await apply(kube, [identityProgram(job, program, made.metadata?.uid ?? '')]);
    const said = await waitFor(
      `a pod of ${where} asks AWS who it is`,
      async () => {
        const labelSelector = `batch.kubernetes.io/job-name=${name}`;
        const { items } = await kube.core.listNamespacedPod({ namespace, labelSelector });
        return items.map(messageOf).find((message) => message !== undefined) ?? (await failure(kube, job));
      },
      {
        timeoutMs: (DEADLINE_SECONDS + 10) * 1000,
        everyMs: 500,
      },
    );
    if (typeof said === 'string') return JSON.parse(said) as IamProof['answer'];
    throw new Error(said.failed);
  } finally {
    // A failure here must not hide the one above: what is left has a time to live.
    await ignoreMissing(
      kube.batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' }),
    ).catch(() => undefined);
  }
}

function messageOf({ status }: V1Pod): string | undefined {
  const own = status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  return own?.state?.terminated?.message;
}

async function failure(
  kube: Kube,
  { name, namespace }: IdentityJob,
): Promise<{ failed: string } | undefined> {
  const { status } = await kube.batch.readNamespacedJob({ name, namespace });
  const failed = status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  return failed && { failed: `${failed.reason ?? 'failed'}: ${failed.message ?? ''}` };
}
