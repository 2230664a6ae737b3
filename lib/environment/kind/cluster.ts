import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterSpec, Environment } from '../../model/environment.ts';
import type { LabCluster, LabNode } from '../../model/lab.ts';
import { exec, tryExec } from '../../support/exec.ts';
import { openKube } from '../../support/kube.ts';
import type { ProviderContext } from '../provider.ts';
import { kindClusterName, kindConfig, type KindConfigOptions, kindNetworkName } from './config.ts';
import type { Engine } from './engine.ts';
import { installCni } from './images/cni.ts';
import type { ImageSet } from './images/resolve.ts';
import { deleteCluster } from './leftovers.ts';
import { kindContainers, type ProvisionedNode, registeredNodes, waitUntilReady } from './nodes.ts';

/** What is needed before the first cluster can be made. */
export interface KindPrerequisites {
  engine: Engine;
  images: ImageSet;
  /** Path of the program `kind`. */
  kind: string;
}

/** One cluster, used as it is when all of it answers, made anew otherwise; its nodes and CoreDNS Ready. */
export async function upCluster(
  environment: Environment,
  spec: ClusterSpec,
  prerequisites: KindPrerequisites,
  context: ProviderContext,
): Promise<LabCluster> {
  const cluster = await bootCluster(environment, spec, prerequisites, context);
  await waitUntilReady(openKube(cluster.kubeconfig), spec, context.signal);
  context.log.info(`${spec.name}: ${cluster.nodes.length} nodes Ready`);
  return cluster;
}

/** As {@link upCluster}, but its nodes have only registered: pods wait until they are Ready. */
export async function bootCluster(
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
    const healthy = await reuse({ engine, environment: environment.name, kubeconfig }, spec, existing);
    if (healthy) return { ...done, nodes: healthy };
    log.warn(`${spec.name}: found half-made or broken; making it anew`);
    await deleteCluster(engine, name);
  }
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const config = join(stateDir, `${spec.name}.kind.yaml`);
  writeFileSync(config, kindConfig(spec, await configOptions(environment, { engine, images })));
  log.info(`${spec.name}: creating ${spec.nodes.length} nodes`);
  await exec(kind, ['create', 'cluster', '--name', name, '--config', config, '--kubeconfig', kubeconfig], {
    env: { ...engine.env, KIND_EXPERIMENTAL_DOCKER_NETWORK: kindNetworkName(environment.name) },
    signal,
    onLine: (line) => log.debug(`${spec.name}: ${line}`),
    nextStep: `see ${config}; meshproof doctor checks the machine`,
  });
  const nodes = await registeredNodes(openKube(kubeconfig), spec, signal);
  if (images.cni === 'meshproof') {
    await installCni(
      engine,
      nodes.map(({ container, address, podCidr }) => ({ container, ip: address, podCidr })),
      spec,
    );
  }
  return { ...done, nodes: nodes.map(labNode) };
}

/** What the clusters of an environment are configured with, for these images on this engine. */
export async function configOptions(
  environment: Environment,
  { engine, images }: Pick<KindPrerequisites, 'engine' | 'images'>,
): Promise<KindConfigOptions> {
  const { stdout } = await exec('docker', ['info', '--format', '{{.NCPU}}'], { env: engine.env });
  const nodes = environment.clusters.flatMap((cluster) => cluster.nodes);
  return { image: images.node, ownCni: images.cni === 'meshproof', fewCores: Number(stdout) < nodes.length };
}

function labNode({ podCidr: _podCidr, ...node }: ProvisionedNode): LabNode {
  return node;
}

/** The nodes of a cluster that exists and answers; undefined when it has to be made anew. */
async function reuse(
  { engine, environment, kubeconfig }: { engine: Engine; environment: string; kubeconfig: string },
  spec: ClusterSpec,
  containers: string[],
) {
  if (containers.length !== spec.nodes.length) return undefined;
  const running = await kindContainers(engine.env, kindClusterName(environment, spec.name), 'running');
  // One that an earlier run killed gets its address back. When the engine itself was restarted they all get new
  // ones, which nothing in the cluster knows.
  if (containers.length - running.length > 1) return undefined;
  await tryExec('docker', ['start', ...containers], { env: engine.env });
  try {
    const kube = openKube(kubeconfig);
    const nodes = await registeredNodes(kube, spec, AbortSignal.timeout(60_000));
    await waitUntilReady(kube, spec, AbortSignal.timeout(90_000));
    return nodes.map(labNode);
  } catch {
    return undefined;
  }
}
