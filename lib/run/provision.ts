import { existsSync } from 'node:fs';
import { eksProvider } from '../environment/eks/provider.ts';
import { readRecord } from '../environment/eks/record.ts';
import { kindProvider } from '../environment/kind/provider.ts';
import { kubeconfigProvider } from '../environment/kubeconfig/provider.ts';
import { prepareMachine } from '../doctor/prepare.ts';
import type { Provider, ProviderContext } from '../environment/provider.ts';
import type { MeshDriver } from '../mesh/driver.ts';
import { meshDriver } from '../mesh/registry.ts';
import type { Environment, ProviderSettings } from '../model/environment.ts';
import type { FaultLimits } from '../model/fault.ts';
import type { Lab, LabCluster, NodeAccess } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import { environmentDir } from '../support/paths.ts';
import { withMachineLock } from '../support/machine-lock.ts';
import type { Stages } from '../support/stages.ts';
import { journalFile, openFaults, readJournal } from '../fault/journal.ts';
import { forgetState, readState, writeState } from './state.ts';
import { adoptMesh, withGateways } from './adopt.ts';
import { sweepFaults, sweepLab } from './sweep.ts';
import { worldIn } from './world.ts';

export interface ProvisionOptions {
  log: Log;
  stages: Stages;
  signal: AbortSignal;
  registryMirror?: string;
  /** The environment is to go when the run ends that asked for it. Default: it stays. */
  temporary?: boolean;
}

/** The lab of an environment that is wholly up, as left by {@link provision}; undefined otherwise. */
export function findLab(environment: string): Lab | undefined {
  const state = readState(environment);
  if (state?.phase !== 'up') return undefined;
  const { environment: made } = state.lab;
  // Made before there were limits: none.
  const faults = (made.faults as FaultLimits | undefined) ?? { deny: [], nodes: 1, zones: 1, clusters: 1 };
  const access = (state.lab.access as NodeAccess | undefined) ?? formerAccess(state.lab);
  return { ...state.lab, access, environment: { ...made, faults } };
}

/** Of a lab that was made when kind was the only provider. */
function formerAccess(lab: Lab): NodeAccess {
  const { dockerHost = '', dockerNetwork = '' } = lab as { dockerHost?: string; dockerNetwork?: string };
  return { by: 'engine', dockerHost, network: dockerNetwork };
}

/**
 * True when a lab was made from these clusters and this mesh; an `environment` error when from others. Budgets,
 * expectations and the source of images may change meanwhile: they are not in the clusters.
 */
export function matches(lab: Lab, { name, file, clusters, mesh }: Environment): true {
  const made = lab.environment;
  if (JSON.stringify([made.clusters, made.mesh]) === JSON.stringify([clusters, mesh])) return true;
  throw new MeshproofError(
    'environment',
    `${name} is up with other clusters or mesh settings than ${file} has now`,
    {
      nextStep: `meshproof env down ${name}, then run again`,
    },
  );
}

/**
 * Brings an environment up: clusters, then the mesh in all of them, then their peering. Idempotent, and
 * goes on where an interrupted call stopped. Returns with every control plane synchronised.
 */
export function provision(environment: Environment, options: ProvisionOptions): Promise<Lab> {
  return alone(environment.name, () => provisionAlone(environment, options));
}

async function provisionAlone(environment: Environment, options: ProvisionOptions): Promise<Lab> {
  const { log, stages, signal } = options;
  const driver = meshDriver(environment);
  const context = { ...contextOf(environment.name, options), ports: driver.ports };
  const before = readState(environment.name);
  if (before?.phase === 'up') matches(before.lab, environment);
  const since = new Date().toISOString();
  const known = {
    name: environment.name,
    file: environment.file,
    since,
    temporary: options.temporary ?? false,
    provider: environment.provider.kind,
  };
  writeState({ ...known, phase: 'creating' });
  if (openFaults(readJournal(journalFile(environment.name))).length > 0)
    await sweepFaults(environment.name, log);
  const { kind } = environment.provider;
  if (kind === 'kind') await stages.run('machine', () => prepareMachine(log));
  const provided = await stages.run('clusters', () => providerOf(kind, options).up(environment, context));
  const { meshImages: images } = provided;
  if (images) {
    const meshContext = { ...context, ...provided, environment, images };
    await stages.run(`mesh ${driver.name}`, () => driver.install(meshContext));
    await stages.run('mesh peering', () => driver.connect(meshContext));
  }
  signal.throwIfAborted();
  const mesh = images
    ? { clusters: await madeReachable(driver, provided.clusters), version: images.version }
    : await stages.run(`mesh ${driver.name}`, () => adoptMesh(driver, provided));
  const published = Object.fromEntries(mesh.clusters.map(({ name, gateways = [] }) => [name, gateways]));
  await providerOf(kind, options).publish?.(environment, published, context);
  const lab: Lab = {
    environment,
    access: provided.access,
    clusters: mesh.clusters,
    mesh: { driver: driver.name, namespace: driver.namespace, version: mesh.version },
    images: provided.images,
    tools: { istioctl: await provided.tool('istioctl') },
    createdAt: before?.phase === 'up' ? before.lab.createdAt : since,
  };
  writeState({ ...known, phase: 'up', lab });
  return lab;
}

/**
 * Makes what the clusters of an environment stand on, with the clusters, and puts nothing into them: what follows needs their API
 * servers. {@link provision} goes on from there. A `usage` error where the provider has no such step.
 */
export function provisionInfrastructure(environment: Environment, options: ProvisionOptions): Promise<void> {
  return alone(environment.name, async () => {
    const { kind } = environment.provider;
    const provider = providerOf(kind, options);
    if (!provider.infrastructure)
      throw new MeshproofError('usage', `the provider ${kind} makes no infrastructure of its own`, {
        nextStep: 'leave --infrastructure-only out',
      });
    const { name, file } = environment;
    const known = { name, file, since: new Date().toISOString(), temporary: false, provider: kind };
    if (readState(name)?.phase !== 'up') writeState({ ...known, phase: 'creating' });
    const context = { ...contextOf(name, options), ports: meshDriver(environment).ports };
    await options.stages.run('clusters', async () => provider.infrastructure?.(environment, context));
  });
}

/** Gateways behind a load balancer have its name once the mesh is installed; others have the addresses of their nodes. */
async function madeReachable(driver: MeshDriver, clusters: LabCluster[]): Promise<LabCluster[]> {
  return clusters.some(({ gatewayService }) => gatewayService) ? withGateways(driver, clusters) : clusters;
}

/** Removes an environment wholly; an `environment` error names what is still there afterwards. */
export function deprovision(environment: string, options: ProvisionOptions): Promise<void> {
  return alone(environment, () => deprovisionAlone(environment, options));
}

async function deprovisionAlone(environment: string, options: ProvisionOptions): Promise<void> {
  const state = readState(environment);
  const since = new Date().toISOString();
  if (state && existsSync(environmentDir(environment))) {
    const { file, temporary, provider: kind = 'kind' } = state;
    // What is in clusters that stay is taken out while it is known how they are reached.
    if (kind === 'kubeconfig' && state.phase === 'up') await sweepLab(state.lab, options.log);
    writeState({ phase: 'deleting', name: environment, file, since, temporary, provider: kind });
  }
  const context = contextOf(environment, options);
  const made = providerOf(providerKind(environment), options);
  await made.down(environment, context);
  const residue = await made.residue(environment, context);
  if (residue.length > 0) {
    throw new MeshproofError('environment', `still there after env down: ${residue.join(', ')}`, {
      nextStep: `meshproof env down ${environment} once more; then remove by hand what is listed`,
    });
  }
  forgetState(environment);
}

/**
 * What is left of an environment, in words; changes nothing. Its state on this machine, faults that were never proven to be gone, what
 * its provider finds, and in clusters that stay the namespaces of a run.
 */
export async function residueOf(environment: string, options: ProvisionOptions): Promise<string[]> {
  const state = readState(environment);
  const kind = providerKind(environment);
  const lab = kind === 'kubeconfig' ? findLab(environment) : undefined;
  return [
    ...(state ? [`state: ${state.phase} since ${state.since}`] : []),
    ...openFaults(readJournal(journalFile(environment))).map((plan) => `fault ${plan.spec.kind} ${plan.id}`),
    ...(await providerOf(kind, options).residue(environment, contextOf(environment, options))),
    ...(lab ? await worldIn(lab) : []),
  ];
}

/** Where the clusters of an environment come from, or came from: what was begun on AWS is known when all other state is gone. */
function providerKind(environment: string): ProviderSettings['kind'] {
  return readState(environment)?.provider ?? (readRecord(environment) ? 'eks' : 'kind');
}

/** One command at a time makes or removes an environment; another waits, as long as a cold build may take. */
function alone<T>(environment: string, work: () => Promise<T>): Promise<T> {
  return withMachineLock(`environment ${environment}`, work, 45 * 60_000);
}

/** The provider of this kind. */
export function providerOf(
  kind: ProviderSettings['kind'],
  options: Pick<ProvisionOptions, 'registryMirror'>,
): Provider {
  if (kind === 'kubeconfig') return kubeconfigProvider();
  if (kind === 'eks') return eksProvider(options);
  return kindProvider(options.registryMirror === undefined ? {} : { registryMirror: options.registryMirror });
}

function contextOf(environment: string, { log, signal }: ProvisionOptions): ProviderContext {
  return { log, signal, stateDir: environmentDir(environment) };
}
