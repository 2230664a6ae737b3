import { VersionApi } from '@kubernetes/client-node';
import type { ClusterSpec, Environment, KubeconfigSettings } from '../../model/environment.ts';
import type { LabCluster, LabNode } from '../../model/lab.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import { type Kube, openKube } from '../../support/kube.ts';
import { nodeHandle } from '../../support/node-job.ts';
import { ensureTool } from '../kind/tools.ts';
import type { Provider } from '../provider.ts';
import { takeContexts } from './contexts.ts';
import { readDenyList } from '../../support/deny.ts';

/** An API server that is there answers sooner. */
const ANSWERS_WITHIN_MS = 15_000;

/** The provider `kubeconfig`: clusters that exist, with their mesh. It makes none, and removes none. */
export function kubeconfigProvider(): Provider {
  return {
    name: 'kubeconfig',
    async up(environment, { stateDir, log }) {
      const settings = settingsOf(environment);
      const kubeconfigs = takeContexts(environment, settings, { stateDir, deny: readDenyList() });
      const found = await Promise.all(
        environment.clusters.map((spec) => readCluster(spec, kubeconfigs[spec.name] ?? '')),
      );
      for (const { cluster } of found) log.info(`${cluster.name}: ${cluster.nodes.length} nodes`);
      const { runtime, k6 } = settings.images;
      return {
        clusters: found.map(({ cluster }) => cluster),
        access: { by: 'job', image: runtime, kubeconfigs },
        images: {
          mode: 'registry',
          runtime,
          k6,
          versions: { kubernetes: [...new Set(found.map(({ version }) => version))].join(', ') },
          digests: {},
        },
        meshImages: undefined,
        tool: async (name) => (await ensureTool(name, { log })).path,
        definitions: async () => undefined,
      };
    },
    // The clusters are the user's: what Meshproof put into them is taken out by a sweep, and they stay.
    down: async () => undefined,
    residue: async () => [],
  };
}

function settingsOf({ provider, name }: Environment): KubeconfigSettings {
  if (provider.kind === 'kubeconfig') return provider;
  throw new MeshproofError('bug', `the clusters of ${name} come from the provider ${provider.kind}`);
}

async function readCluster(
  { name, region, network, podCidr, serviceCidr }: ClusterSpec,
  kubeconfig: string,
): Promise<{ cluster: LabCluster; version: string }> {
  const kube = openKube(kubeconfig);
  const seen = Promise.all([nodesOf(name, kube), kube.config.makeApiClient(VersionApi).getCode()]);
  const slow = new Promise<never>((_, reject) => {
    setTimeout(
      () => reject(new Error(`no answer in ${ANSWERS_WITHIN_MS / 1000} s`)),
      ANSWERS_WITHIN_MS,
    ).unref();
  });
  try {
    const [nodes, { gitVersion }] = await Promise.race([seen, slow]);
    return {
      cluster: { name, region, network, podCidr, serviceCidr, kubeconfig, nodes },
      version: gitVersion,
    };
  } catch (error) {
    throw new MeshproofError(
      'environment',
      `${name}: its API server cannot be used: ${errorMessage(error)}`,
      {
        nextStep: `kubectl --kubeconfig ${kubeconfig} get nodes; meshproof rbac prints the rights that are needed`,
        cause: error,
      },
    );
  }
}

async function nodesOf(cluster: string, { core }: Kube): Promise<LabNode[]> {
  const { items } = await core.listNode();
  return items.map(({ metadata, status }) => {
    const node = metadata?.name ?? '';
    const labels = metadata?.labels ?? {};
    const isServer = labels['node-role.kubernetes.io/control-plane'] !== undefined;
    return {
      name: node,
      role: isServer ? 'control-plane' : 'worker',
      zone: labels['topology.kubernetes.io/zone'] ?? '',
      container: nodeHandle(cluster, node),
      address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    };
  });
}
