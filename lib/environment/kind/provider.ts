import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterSpec, Environment } from '../../model/environment.ts';
import type { LabCluster, LabNode } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { exec, tryExec } from '../../support/exec.ts';
import { type Kube, openKube } from '../../support/kube.ts';
import type { Provided, Provider, ProviderContext } from '../provider.ts';
import { kindClusterName, kindConfig, kindNetworkName } from './config.ts';
import { blockEgress, unblockEgress } from './egress.ts';
import { type Engine, ensureEngine, findEngine } from './engine.ts';
import { withMachineLock } from './engine-host.ts';
import type { Log } from '../../support/log.ts';
import { installCni } from './images/cni.ts';
import { type ImageSet, ensureImages } from './images/resolve.ts';
import { kindContainers, type ProvisionedNode, registeredNodes, waitUntilReady } from './nodes.ts';
import { ensureTool } from './tools.ts';
import { cacheDir } from '../../support/paths.ts';

/** What is needed before the first cluster can be made; kept apart so that `doctor --fix` can do it alone. */
export interface KindPrerequisites {
  engine: Engine;
  images: ImageSet;
  kind: string;
}

/** A build from source takes up to 25 min on two cores; another command waits for it that long and more. */
const BUILD_LIMIT_MS = 2_700_000;

export interface KindOptions {
  /** HOST/PREFIX of a registry that mirrors the public ones. */
  registryMirror?: string;
}

/** The provider `kind`: clusters are containers of the user's Docker, or of a private engine. */
export function kindProvider(options: KindOptions = {}): Provider {
  return {
    name: 'kind',
    async up(environment, context) {
      const prerequisites = await prepare(environment, options, context);
      const { engine, images } = prerequisites;
      const network = kindNetworkName(environment.name);
      await ensureNetwork(engine, network, environment.name);
      if (images.mode === 'source') await blockEgress(engine, { environment: environment.name, network });
      const clusters = await inParallel(environment.clusters, (cluster) =>
        upCluster(environment, cluster, prerequisites, context),
      );
      return {
        clusters,
        dockerHost: engine.dockerHost,
        dockerNetwork: network,
        images: {
          mode: images.mode,
          runtime: images.runtime,
          k6: images.k6,
          versions: images.versions,
          digests: images.digests,
        },
        meshImages: images.istio,
        tool: async (name) => (await ensureTool(name, { log: context.log })).path,
      } satisfies Provided;
    },
    async down(environment, context) {
      const running = await findEngine();
      await unblockEgress(running, { environment });
      // Containers of an engine that does not run are on its disk still: it must run for them to go.
      const stateLeft = existsSync(context.stateDir);
      const engine = running ?? (stateLeft ? await ensureEngine({ log: context.log }) : undefined);
      if (!engine) return;
      for (const cluster of await clustersOf(engine, environment)) {
        context.log.info(`deleting ${cluster}`);
        await deleteCluster(engine, cluster);
      }
      await tryExec('docker', ['network', 'rm', kindNetworkName(environment)], { env: engine.env });
    },
    async residue(environment) {
      const engine = await findEngine();
      if (!engine) return [];
      const containers = await namesOf(engine, [
        'ps',
        '--all',
        '--filter',
        `network=${kindNetworkName(environment)}`,
        '--format',
        '{{.Names}}',
      ]);
      const networks = await namesOf(engine, [
        'network',
        'ls',
        '--filter',
        `label=meshproof.dev/environment=${environment}`,
        '--format',
        '{{.Name}}',
      ]);
      return [...containers.map((name) => `container ${name}`), ...networks.map((name) => `network ${name}`)];
    },
  };
}

async function prepare(
  environment: Environment,
  options: KindOptions,
  { log }: ProviderContext,
): Promise<KindPrerequisites> {
  const engine = await ensureEngine({ log });
  // Two commands at once would build the same stage into the same place.
  const images = await withMachineLock(
    'images',
    () => imagesOf(environment, engine, options, log),
    BUILD_LIMIT_MS,
  );
  const kind = await ensureTool('kind', { log });
  return { engine, images, kind: kind.path };
}

function imagesOf(
  environment: Environment,
  engine: Engine,
  options: KindOptions,
  log: Log,
): Promise<ImageSet> {
  return ensureImages({
    mode: environment.provider.images,
    ...(options.registryMirror === undefined ? {} : { mirror: options.registryMirror }),
    dockerEnv: engine.env,
    cacheDir: cacheDir(),
    onEvent: (event) => {
      const took = event.seconds === undefined ? '' : ` (${event.seconds.toFixed(1)} s)`;
      if (event.state === 'line') log.debug(`image ${event.stage}: ${event.line ?? ''}`);
      else log.info(`image ${event.stage}: ${event.state}${took}`);
    },
  });
}

async function upCluster(
  environment: Environment,
  spec: ClusterSpec,
  { engine, images, kind }: KindPrerequisites,
  { log, signal, stateDir }: ProviderContext,
): Promise<LabCluster> {
  const name = kindClusterName(environment.name, spec.name);
  const kubeconfig = join(stateDir, `${spec.name}.kubeconfig`);
  const done = {
    name: spec.name,
    region: spec.region,
    network: spec.network,
    podCidr: spec.podCidr,
    serviceCidr: spec.serviceCidr,
    kubeconfig,
  };
  const existing = await kindContainers(engine.env, name);
  if (existing.length > 0) {
    const healthy = await reuse(engine, kubeconfig, spec, existing);
    if (healthy) return { ...done, nodes: healthy };
    log.warn(`${spec.name}: found half-made or broken; making it anew`);
    await deleteCluster(engine, name);
  }
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const config = join(stateDir, `${spec.name}.kind.yaml`);
  writeFileSync(config, kindConfig(spec, { image: images.node, ownCni: images.cni === 'meshproof' }));
  log.info(`${spec.name}: creating ${spec.nodes.length} nodes`);
  await exec(kind, ['create', 'cluster', '--name', name, '--config', config, '--kubeconfig', kubeconfig], {
    env: { ...engine.env, KIND_EXPERIMENTAL_DOCKER_NETWORK: kindNetworkName(environment.name) },
    signal,
    onLine: (line) => log.debug(`${spec.name}: ${line}`),
    nextStep: `see ${config}; meshproof doctor checks the machine`,
  });
  const kube = openKube(kubeconfig);
  const nodes = await registeredNodes(kube, spec, signal);
  if (images.cni === 'meshproof') {
    await installCni(
      engine,
      nodes.map(({ container, address, podCidr }) => ({ container, ip: address, podCidr })),
      spec.podCidr,
    );
  }
  await waitUntilReady(kube, spec, signal);
  log.info(`${spec.name}: ${nodes.length} nodes Ready`);
  return { ...done, nodes: nodes.map(labNode) };
}

function labNode({ podCidr: _podCidr, ...node }: ProvisionedNode): LabNode {
  return node;
}

/** The nodes of a cluster that exists and answers; undefined when it has to be made anew. */
async function reuse(engine: Engine, kubeconfig: string, spec: ClusterSpec, containers: string[]) {
  if (containers.length !== spec.nodes.length) return undefined;
  // A node that an earlier run killed is only stopped.
  await tryExec('docker', ['start', ...containers], { env: engine.env });
  try {
    const kube: Kube = openKube(kubeconfig);
    const nodes = await registeredNodes(kube, spec, AbortSignal.timeout(60_000));
    await waitUntilReady(kube, spec, AbortSignal.timeout(90_000));
    return nodes.map(labNode);
  } catch {
    return undefined;
  }
}

async function ensureNetwork(engine: Engine, network: string, environment: string): Promise<void> {
  const found = await tryExec('docker', ['network', 'inspect', network], { env: engine.env });
  if (found.exitCode === 0) return;
  const label = `meshproof.dev/environment=${environment}`;
  await exec('docker', ['network', 'create', '--driver', 'bridge', '--label', label, network], {
    env: engine.env,
  });
}

/** kind clusters of an environment, by the containers on its network; a half-made one has containers too. */
async function clustersOf(engine: Engine, environment: string): Promise<string[]> {
  const labels = await namesOf(engine, [
    'ps',
    '--all',
    '--filter',
    `network=${kindNetworkName(environment)}`,
    '--format',
    '{{.Label "io.x-k8s.kind.cluster"}}',
  ]);
  return [...new Set(labels)];
}

/** What `kind delete cluster` does; done by label so that it needs neither kind nor a kubeconfig. */
async function deleteCluster(engine: Engine, cluster: string): Promise<void> {
  const containers = await kindContainers(engine.env, cluster);
  if (containers.length === 0) return;
  const removed = await tryExec('docker', ['rm', '--force', '--volumes', ...containers], { env: engine.env });
  const left = await kindContainers(engine.env, cluster);
  if (left.length === 0) return;
  throw new MeshproofError(
    'environment',
    `containers are still there: ${left.join(', ')}\n${removed.stderr}`,
    {
      nextStep: `docker rm --force --volumes ${left.join(' ')}`,
    },
  );
}

async function namesOf(engine: Engine, args: string[]): Promise<string[]> {
  const { stdout } = await exec('docker', args, { env: engine.env });
  return stdout.split('\n').filter(Boolean);
}

/** All at once; when one fails the others are still waited for, so that nothing goes on unseen. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = await Promise.allSettled(items.map(work));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return results.map((result) => (result as PromiseFulfilledResult<R>).value);
}
