import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { Environment, KubeconfigSettings } from '../../model/environment.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import { type DenyList, placesIn, refuseDenied } from '../../support/deny.ts';

/**
 * Takes each cluster's context out of the user's kubeconfig into a file of its own (mode 0600), with a user of its own: the
 * user's file is read and never written, and its current context plays no part. A `usage` error for a context that is not
 * there, that two clusters share, or that is on the deny list. Gives the files back by cluster.
 */
export function takeContexts(
  environment: Environment,
  settings: KubeconfigSettings,
  { stateDir, deny }: { stateDir: string; deny: DenyList },
): Record<string, string> {
  const all = readUsers(settings.file);
  const files: Record<string, string> = {};
  const taken = environment.clusters.map(({ name, region }) => {
    const context = settings.contexts[name] ?? '';
    const config = contextOf(all, context, { cluster: name, environment });
    const text = config.exportConfig();
    const places = placesIn([context, text]);
    refuseDenied({ context, accounts: places.accounts, regions: [region, ...places.regions] }, deny);
    return { name, context, text, server: config.getCurrentCluster()?.server };
  });
  for (const [index, one] of taken.entries()) {
    const other = taken.slice(0, index).find(({ server }) => server === one.server);
    if (other)
      throw new MeshproofError('usage', `${other.name} and ${one.name} are the same cluster: ${one.server}`, {
        at: { file: environment.file },
        nextStep: 'give each cluster a context of its own (provider.kubeconfig.contexts)',
      });
  }
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  for (const { name, text } of taken) {
    files[name] = join(stateDir, `${name}.kubeconfig`);
    writeFileSync(files[name], text, { mode: 0o600 });
  }
  return files;
}

function readUsers(file: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file.replace(/^~(?=\/)/, homedir()));
    return config;
  } catch (error) {
    throw new MeshproofError('usage', `cannot read the kubeconfig ${file ?? ''}: ${errorMessage(error)}`, {
      nextStep: 'name one that exists (provider.kubeconfig.file), or set KUBECONFIG',
    });
  }
}

/** One context as a kubeconfig of its own; its names are Meshproof's. */
function contextOf(
  all: KubeConfig,
  context: string,
  { cluster, environment }: { cluster: string; environment: Environment },
): KubeConfig {
  const found = all.getContextObject(context);
  const at = found && all.getCluster(found.cluster);
  const user = found && all.getUser(found.user);
  if (!found || !at || !user)
    throw new MeshproofError('usage', `no context ${context} for the cluster ${cluster} in the kubeconfig`, {
      at: { file: environment.file },
      nextStep: `contexts: ${
        all
          .getContexts()
          .map(({ name }) => name)
          .join(', ') || 'none'
      }`,
    });
  const name = `meshproof-${environment.name}-${cluster}`;
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ ...at, name }, { ...user, name });
  return config;
}
