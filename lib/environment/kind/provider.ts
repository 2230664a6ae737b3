import { existsSync } from 'node:fs';
import type { Environment, ImageMode } from '../../model/environment.ts';
import type { LabCluster } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { exec, tryExec } from '../../support/exec.ts';
import type { Provided, Provider, ProviderContext } from '../provider.ts';
import { bootCluster, type KindPrerequisites, upCluster } from './cluster.ts';
import { kindClusterName, kindNetworkName } from './config.ts';
import { blockEgress, egressRules, unblockEgress } from './egress.ts';
import { type Engine, ensureEngine, findEngine } from './engine.ts';
import { dropGuest, withRightOfWay } from './guests.ts';
import type { Log } from '../../support/log.ts';
import { type ImageSet, ensureImages } from './images/resolve.ts';
import { proxyInNodes } from './images/proxy.ts';
import { releaseInNodes } from './images/release.ts';
import type { StageEvent } from './images/stage.ts';
import { clustersOf, deleteCluster, residueOf } from './leftovers.ts';
import { mcsDefinitions } from './mcs-definitions.ts';
import { ensureTool, releasedTool } from './tools.ts';
import { inParallel } from '../../support/in-parallel.ts';
import { cacheDir } from '../../support/paths.ts';

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
      return provided(clusters, network, prerequisites, context);
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
      const rules = await egressRules(engine, { environment });
      return [
        ...(engine ? await residueOf(engine, environment) : []),
        ...rules.map(({ command, chain, bridge }) => `rule in ${chain} of ${command} for ${bridge}`),
      ];
    },
    guests: {
      async add(environment, cluster, context) {
        const prerequisites = await prepare(environment, options, context);
        const made = await withRightOfWay(
          prerequisites.engine,
          kindClusterName(environment.name, cluster.name),
          () => bootCluster(environment, cluster, prerequisites, context),
        );
        return provided([made], kindNetworkName(environment.name), prerequisites, context);
      },
      drop: dropGuest,
    },
    async bringProxy({ clusters, images }, wish, { log, signal }) {
      const engine = await ensureEngine({ log });
      const nodes = clusters.flatMap((cluster) => cluster.nodes.map(({ container }) => container));
      return proxyInNodes(wish, { ...imageOptions(engine, options, log), mode: images.mode, nodes, signal });
    },
    async bringRelease({ clusters, images }, version, { log, signal }) {
      const engine = await ensureEngine({ log });
      const nodes = clusters.flatMap((cluster) => cluster.nodes.map(({ container }) => container));
      const installer = () => releasedTool('istioctl', version, { log });
      const from = { ...imageOptions(engine, options, log), mode: images.mode, nodes, signal, installer };
      return releaseInNodes(version, from);
    },
  };
}

function provided(
  clusters: LabCluster[],
  network: string,
  { engine, images }: KindPrerequisites,
  { log }: ProviderContext,
): Provided {
  const { mode, runtime, k6, versions, digests } = images;
  return {
    clusters,
    access: { by: 'engine', dockerHost: engine.dockerHost, network },
    images: { mode, runtime, k6, versions, digests },
    meshImages: images.istio,
    tool: async (name) => (await ensureTool(name, { log })).path,
    definitions: () => mcsDefinitions({ log }),
  };
}

async function prepare(
  environment: Environment,
  options: KindOptions,
  { log }: ProviderContext,
): Promise<KindPrerequisites> {
  const engine = await ensureEngine({ log });
  const images = await imagesOf(environment, engine, options, log);
  const kind = await ensureTool('kind', { log });
  return { engine, images, kind: kind.path };
}

/** Where the images of clusters of kind come from; a `usage` error for clusters of another provider. */
export function imageModeOf({ provider, name }: Environment): ImageMode {
  if (provider.kind === 'kind') return provider.images;
  throw new MeshproofError('usage', `the clusters of ${name} are none of kind`, {
    nextStep: 'name an environment of the provider kind',
  });
}

function imagesOf(
  environment: Environment,
  engine: Engine,
  options: KindOptions,
  log: Log,
): Promise<ImageSet> {
  return ensureImages({ ...imageOptions(engine, options, log), mode: imageModeOf(environment) });
}

function imageOptions(engine: Engine, options: KindOptions, log: Log) {
  return {
    ...(options.registryMirror === undefined ? {} : { mirror: options.registryMirror }),
    dockerEnv: engine.env,
    cacheDir: cacheDir(),
    onEvent: (event: StageEvent) => {
      const took = event.seconds === undefined ? '' : ` (${event.seconds.toFixed(1)} s)`;
      if (event.state === 'line') log.debug(`image ${event.stage}: ${event.line ?? ''}`);
      else log.info(`image ${event.stage}: ${event.state}${took}`);
    },
  };
}

async function ensureNetwork(engine: Engine, network: string, environment: string): Promise<void> {
  const found = await tryExec('docker', ['network', 'inspect', network], { env: engine.env });
  if (found.exitCode === 0) return;
  const label = `meshproof.dev/environment=${environment}`;
  await exec('docker', ['network', 'create', '--driver', 'bridge', '--label', label, network], {
    env: engine.env,
  });
}
