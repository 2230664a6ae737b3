import { join } from 'node:path';
import { kindProvider } from '../environment/kind/provider.ts';
import type { GuestProvider } from '../environment/provider.ts';
import type { Membership, MeshContext } from '../mesh/contracts.ts';
import { meshDriver } from '../mesh/registry.ts';
import type { ClusterSpec } from '../model/environment.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { appendLine } from '../support/json-lines.ts';
import { silentLog } from '../support/log.ts';
import { environmentDir } from '../support/paths.ts';
import { GUEST } from './guest-spec.ts';
import { deployGuestWorld } from './guest-world.ts';

/** Who makes which guest. */
export interface GuestMaking {
  lab: Lab;
  run: string;
  spec: ClusterSpec;
  guests: GuestProvider;
  signal: AbortSignal;
}

/** One entry of a guest's journal. */
export interface GuestEntry {
  step: 'intent' | 'ready' | 'failed';
  run: string;
  /** Process that makes it. */
  pid: number;
  /** When, ISO 8601. */
  at: string;
}

/** A guest's cluster, and what its mesh was installed with. */
export interface MadeGuest {
  cluster: LabCluster;
  mesh: MeshContext;
}

/**
 * Makes a guest's cluster with mesh and workloads; nobody else knows of it yet. What is there already is used as it is, and
 * where all is (`ready`) nothing is done but to look.
 */
export async function makeGuest(making: GuestMaking, ready: boolean): Promise<MadeGuest> {
  const { lab, run, spec, guests, signal } = making;
  const environment = lab.environment.name;
  // On disk before the first container: what a killed run leaves is found by it.
  if (!ready) note(making, 'intent');
  const context = { log: silentLog, signal, stateDir: guestDir(environment) };
  const provided = await guests.add(lab.environment, spec, context);
  const [cluster] = provided.clusters;
  if (!cluster) throw new MeshproofError('bug', 'a provider that added no cluster');
  const mesh: MeshContext = {
    environment: lab.environment,
    clusters: [cluster],
    images: provided.meshImages,
    tool: provided.tool,
    definitions: provided.definitions,
    log: silentLog,
    signal,
    // The others' root of trust is there.
    stateDir: environmentDir(environment),
  };
  if (ready) return { cluster, mesh };
  await meshDriver(lab.environment).install(mesh);
  await deployGuestWorld(lab, cluster, run);
  note(making, 'ready');
  return { cluster, mesh };
}

/** The parts of mesh and provider that a guest takes; undefined where they have none. */
export function parts(lab: Lab): { membership: Membership | undefined; guests: GuestProvider | undefined } {
  return { membership: meshDriver(lab.environment).membership, guests: kindProvider().guests };
}

/** What it takes to have a guest; `not-applicable` where mesh or provider cannot. */
export function abilities(lab: Lab): { membership: Membership; guests: GuestProvider } {
  const { membership, guests } = parts(lab);
  if (membership && guests) return { membership, guests };
  const missing = membership
    ? 'the provider cannot add a cluster'
    : 'the mesh cannot take one in while it is used';
  throw new MeshproofError('not-applicable', missing);
}

/** Writes a step into the guest's journal. */
export function note({ lab, run }: Pick<GuestMaking, 'lab' | 'run'>, step: GuestEntry['step']): void {
  const entry: GuestEntry = { step, run, pid: process.pid, at: new Date().toISOString() };
  appendLine(guestJournal(lab.environment.name), entry);
}

/** Its kubeconfig and configuration, and the journal. There is a guest, or part of one, while it exists. */
export function guestDir(environment: string): string {
  return join(environmentDir(environment), GUEST);
}

/** The journal of an environment's guest. */
export function guestJournal(environment: string): string {
  return join(guestDir(environment), 'journal.jsonl');
}
