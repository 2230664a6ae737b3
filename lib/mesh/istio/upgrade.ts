import type { V1Pod } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import type { MeshSettings } from '../../model/upgrade.ts';
import { MeshproofError } from '../../support/errors.ts';
import { openKube, waitFor } from '../../support/kube.ts';
import type { MeshUpgrade, UpgradeContext } from '../contracts.ts';
import { publishGateway, runInstall } from './install.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';
import { readLostLine } from './lost-lines.ts';
import { PROXY_CONTAINER, withAdmin } from './proxy-admin.ts';
import { preflight } from './preflight.ts';
import { withInstaller, withSettingsFiles } from './settings-files.ts';
import { status } from './status.ts';
import { overlay, proxyImageOf } from './upgrade-operator.ts';

/** For istiod to start anew, to see the other clusters, and to take up what it shall inject. */
export const SETTLE_MS = 180_000;

export const istioUpgrade: MeshUpgrade = {
  checkValues: (values) => void overlay(values),
  preflight,
  bring,
  proxyVersion: (cluster, pod) =>
    withAdmin(cluster, pod, async (read) => parseServerInfo(await read('/server_info'))),
  proxyContainer: PROXY_CONTAINER,
  proxyProgram: 'envoy',
  gateways: { namespace: ISTIO_NAMESPACE, app: EAST_WEST_GATEWAY },
  controlPlane: { namespace: ISTIO_NAMESPACE, app: 'istiod' },
  readLostLine,
};

async function bring(cluster: LabCluster, settings: MeshSettings, context: UpgradeContext): Promise<void> {
  const installed = await withSettingsFiles(
    cluster.name,
    settings,
    context.stateDir,
    async (files, operator) => {
      await runInstall(cluster, files, withInstaller(context, settings));
      return operator;
    },
  );
  await publishGateway(openKube(cluster.kubeconfig), cluster, context.signal);
  await ready(cluster, context);
  const image = proxyImageOf(installed, settings.proxyImage);
  await injects(cluster, { image, labels: { 'sidecar.istio.io/inject': 'true' } }, context);
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
