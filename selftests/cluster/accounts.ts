import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KubernetesObject } from '@kubernetes/client-node';
import { expect } from '@playwright/test';
import { parseAllDocuments } from 'yaml';
import type { Lab } from '../../lib/model/lab.ts';
import type { ApiRequest } from '../../lib/run/api-request.ts';
import { apply, ignoreMissing, remove, waitFor } from '../../lib/support/kube.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { clusterOf, meshproof } from './lab.ts';

/** Puts what `meshproof rbac` prints into all clusters of a lab, save some rules; gives a token for each back. */
export async function accounts(
  lab: Lab,
  args: readonly string[],
  without: (rule: string) => boolean = () => false,
) {
  const printed = await meshproof(['rbac', ...args]);
  expect(printed.exitCode, printed.stderr).toBe(0);
  const objects = parseAllDocuments(printed.stdout).map((document) => document.toJS() as KubernetesObject);
  for (const object of objects as { rules?: { resources: string[] }[] }[])
    if (object.rules) object.rules = object.rules.filter(({ resources }) => !resources.some(without));
  const tokens: Record<string, string> = {};
  for (const { name } of lab.clusters) {
    const { kube } = clusterOf(lab, name);
    await apply(kube, objects);
    const { status } = await kube.core.createNamespacedServiceAccountToken({
      namespace: 'meshproof-system',
      name: 'meshproof',
      body: { spec: { audiences: [], expirationSeconds: 3600 } },
    });
    tokens[name] = status?.token ?? '';
  }
  return { tokens, objects };
}

/** Takes the accounts and an environment over the clusters away, and the label with them: no later test is to find a cluster that has opted in. */
export async function accountsGone(lab: Lab, environment: string): Promise<void> {
  await meshproof(['env', 'down', environment]);
  for (const { name } of lab.clusters) {
    const { kube } = clusterOf(lab, name);
    const roles = ['ClusterRole', 'ClusterRoleBinding'].map((kind) => ({
      kind,
      metadata: { name: 'meshproof' },
    }));
    const inside = ['istio-system', 'default'].flatMap((namespace) =>
      ['Role', 'RoleBinding'].map((kind) => ({ kind, metadata: { name: 'meshproof', namespace } })),
    );
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    await remove(
      kube,
      [...roles, ...inside].map((one) => ({ apiVersion, ...one })),
    );
    await ignoreMissing(kube.core.deleteNamespace({ name: 'meshproof-system' }));
    await waitFor(
      'meshproof-system is gone',
      async () => {
        return (await ignoreMissing(kube.core.readNamespace({ name: 'meshproof-system' }))) === undefined;
      },
      { timeoutMs: 60_000 },
    );
  }
}

/** Environment of a program that writes what it asks API servers for into a file. */
export function recordedIn(file: string): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${pathToFileURL(join(projectRoot, 'selftests/cluster/record-requests.ts')).href}`,
    MESHPROOF_RECORD_REQUESTS: file,
  };
}

/** What was written there. */
export function askedIn(file: string): ApiRequest[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ApiRequest);
}

/** What istioctl asks, a program of its own, which is not recorded. */
export const ISTIOCTL = [
  'list mutatingwebhookconfigurations (all namespaces)',
  'watch mutatingwebhookconfigurations (all namespaces)',
  'get pods (istio-system)',
];
