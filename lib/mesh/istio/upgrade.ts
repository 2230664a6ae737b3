import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import type { MeshSettings } from '../../model/upgrade.ts';
import { MeshproofError } from '../../support/errors.ts';
import { openKube, waitFor } from '../../support/kube.ts';
import type { MeshUpgrade, UpgradeContext } from '../contracts.ts';
import { operatorFile, publishGateway, runInstall } from './install.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';
import { PROXY_CONTAINER, withAdmin } from './proxy-admin.ts';
import { status } from './status.ts';
import { overlay, proxyImageOf, withProxyImage } from './upgrade-operator.ts';

/** For istiod to start anew, to see the other clusters, and to take up what it shall inject. */
export const SETTLE_MS = 180_000;

export const istioUpgrade: MeshUpgrade = {
  checkValues: (values) => void overlay(values),
  bring,
  proxyVersion: (cluster, pod) =>
    withAdmin(cluster, pod, async (read) => parseServerInfo(await read('/server_info'))),
  proxyContainer: PROXY_CONTAINER,
  gateways: { namespace: ISTIO_NAMESPACE, app: EAST_WEST_GATEWAY },
};

async function bring(cluster: LabCluster, settings: MeshSettings, context: UpgradeContext): Promise<void> {
  const image = await withSettings(cluster, settings, context, async (files) =>
    runInstall(cluster, files, context),
  );
  await publishGateway(openKube(cluster.kubeconfig), cluster);
  await ready(cluster, context);
  await injects(cluster, { image, labels: { 'sidecar.istio.io/inject': 'true' } }, context);
}

/**
 * Writes what a cluster was installed from, and these settings, to files for `istioctl -f`, later ones over earlier ones; they are
 * gone afterwards. Gives the image of the proxies that this makes. A `usage` error where Meshproof did not install the mesh.
 */
export async function withSettings(
  cluster: LabCluster,
  settings: MeshSettings,
  { stateDir }: Pick<UpgradeContext, 'stateDir'>,
  use: (files: readonly string[]) => Promise<void>,
): Promise<string> {
  const base = operatorFile(stateDir, cluster.name);
  if (!existsSync(base))
    throw new MeshproofError('usage', `${cluster.name}: Meshproof did not install this mesh`, {
      nextStep: 'upgrade it as it was installed, and compare the two with runs of their own',
    });
  const installed = readFileSync(base, 'utf8');
  const files = {
    settings: join(stateDir, `${cluster.name}.istio-settings.yaml`),
    values: join(stateDir, `${cluster.name}.istio-values.yaml`),
  };
  try {
    writeFileSync(files.settings, withProxyImage(installed, settings.proxyImage));
    if (settings.values) writeFileSync(files.values, overlay(settings.values));
    await use(settings.values ? [files.settings, files.values] : [files.settings]);
  } finally {
    for (const file of Object.values(files)) rmSync(file, { force: true });
  }
  return proxyImageOf(installed, settings.proxyImage);
}

async function ready(cluster: LabCluster, context: UpgradeContext): Promise<void> {
  let problems: string[] = [];
  await waitFor(
    `${cluster.name}: istiod and gateways are ready with their new settings`,
    async () => {
      ({ problems } = await status(cluster, context));
      if (problems.length > 0) throw new Error(problems.join(', '));
      return true;
    },
    { timeoutMs: SETTLE_MS, everyMs: 2000, signal: context.signal },
  );
}

/**
 * Waits until a pod with these labels that is made now gets this proxy: istiod takes up what it injects some time after it was
 * told.
 */
export async function injects(
  cluster: LabCluster,
  { image, labels }: { image: string; labels: Record<string, string> },
  { signal }: Pick<UpgradeContext, 'signal'>,
): Promise<void> {
  const { core } = openKube(cluster.kubeconfig);
  const body: V1Pod = {
    metadata: { name: 'meshproof-injected', labels },
    spec: { containers: [{ name: 'none', image: 'none' }] },
  };
  await waitFor(
    `${cluster.name}: new pods get the proxy ${image}`,
    async () => {
      const { spec } = await core.createNamespacedPod({ namespace: 'default', dryRun: 'All', body });
      const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
      const proxy = all.find(({ name }) => name === PROXY_CONTAINER);
      if (proxy?.image === image) return true;
      throw new Error(proxy ? `a pod would get ${proxy.image}` : 'a pod would get no proxy');
    },
    { timeoutMs: SETTLE_MS, everyMs: 500, signal },
  );
}

/** Version in the answer of Envoy's `/server_info` (admin.v3.ServerInfo): COMMIT/1.40.0/Clean/RELEASE/BoringSSL. */
export function parseServerInfo(body: string): string {
  const { version = '' } = JSON.parse(body) as { version?: string };
  const [, number = ''] = version.split('/');
  if (/^\d+\.\d+\.\d+/.test(number)) return number;
  throw new MeshproofError('environment', `a proxy gives its version as '${version}'`);
}
