import type { Environment, KubeconfigSettings } from '../../model/environment.ts';
import { MeshproofError } from '../../support/errors.ts';
import { ensureTool } from '../kind/tools.ts';
import type { Provider } from '../provider.ts';
import { readCluster } from '../read-cluster.ts';
import { takeContexts } from './contexts.ts';
import { readDenyList } from '../../support/deny.ts';

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
