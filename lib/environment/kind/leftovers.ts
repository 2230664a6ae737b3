import { MeshproofError } from '../../support/errors.ts';
import { exec, tryExec } from '../../support/exec.ts';
import { waitFor } from '../../support/kube.ts';
import { KIND_CLUSTER_LABEL, kindNetworkName } from './config.ts';
import type { Engine } from './engine.ts';
import { kindContainers } from './nodes.ts';

/** kind clusters of an environment, by the containers on its network; a half-made one has containers too. */
export async function clustersOf(engine: Engine, environment: string): Promise<string[]> {
  const labels = await namesOf(engine, [
    'ps',
    '--all',
    '--filter',
    `network=${kindNetworkName(environment)}`,
    '--format',
    `{{.Label "${KIND_CLUSTER_LABEL}"}}`,
  ]);
  return [...new Set(labels)];
}

/**
 * What `kind delete cluster` does; done by label so that it needs neither kind nor a kubeconfig. Tries again for
 * `timeoutMs`: Docker lists a container that is still being made, but cannot remove it ("No such container").
 */
export async function deleteCluster(engine: Engine, cluster: string, timeoutMs = 30_000): Promise<void> {
  let left: string[] = [];
  let said = '';
  const gone = async (): Promise<boolean> => {
    left = await kindContainers(engine.env, cluster);
    if (left.length === 0) return true;
    said = (await tryExec('docker', ['rm', '--force', '--volumes', ...left], { env: engine.env })).stderr;
    left = await kindContainers(engine.env, cluster);
    return left.length === 0;
  };
  await waitFor(`no container of ${cluster}`, gone, { timeoutMs }).catch((cause: unknown) => {
    // Docker could not even be asked: that error says more than a list that is empty.
    if (left.length === 0) throw cause;
    throw new MeshproofError('environment', `containers are still there: ${left.join(', ')}\n${said}`, {
      nextStep: `docker rm --force --volumes ${left.join(' ')}`,
    });
  });
}

async function namesOf(engine: Engine, args: string[]): Promise<string[]> {
  const { stdout } = await exec('docker', args, { env: engine.env });
  return stdout.split('\n').filter(Boolean);
}

/** Containers and networks of an environment that are still in the engine. */
export async function residueOf(engine: Engine, environment: string): Promise<string[]> {
  const network = `network=${kindNetworkName(environment)}`;
  const label = `label=meshproof.dev/environment=${environment}`;
  const containers = await namesOf(engine, ['ps', '--all', '--filter', network, '--format', '{{.Names}}']);
  const networks = await namesOf(engine, ['network', 'ls', '--filter', label, '--format', '{{.Name}}']);
  return [...containers.map((name) => `container ${name}`), ...networks.map((name) => `network ${name}`)];
}
