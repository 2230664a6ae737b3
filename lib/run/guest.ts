import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kindProvider } from '../environment/kind/provider.ts';
import type { GuestProvider } from '../environment/provider.ts';
import type { HeldEndpoint, Membership } from '../mesh/contracts.ts';
import type { MeshContext } from '../mesh/contracts.ts';
import { meshDriver } from '../mesh/registry.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { appendLine } from '../support/json-lines.ts';
import { openKube } from '../support/kube.ts';
import { silentLog } from '../support/log.ts';
import { environmentDir } from '../support/paths.ts';
import type { Backend, CallerRef } from './backend.ts';
import { GUEST, guestSpec } from './guest-spec.ts';
import { deployGuestWorld } from './guest-world.ts';
import { readProxyEndpoints } from './proxy-endpoints.ts';
import { podOf } from './world.ts';

/** A cluster that joins a lab's mesh and leaves it again. Whatever dies meanwhile, a sweep takes it away. */
export interface Guest {
  name: string;
  /** Makes the cluster with mesh and workloads; nobody else knows of it yet. */
  arrive(): Promise<Arrived>;
  /** Removes cluster and peering, wholly or in part. Idempotent; says what was there. */
  remove(): Promise<string[]>;
}

/** A guest whose workloads are available. */
export interface Arrived {
  cluster: LabCluster;
  /** The lab with the guest in it, for calls from and to it. Disposed with the guest. */
  backend: Backend;
  /** Peers it with all others, in both directions. Promises when that was in force for all (milliseconds since the epoch). */
  join(): Promise<number>;
  /** Ends its peering with all others, in both directions. Promises when that was done everywhere. */
  leave(): Promise<number>;
  /** What a caller's own proxy holds, service by service. */
  heldBy(caller: CallerRef): Promise<HeldEndpoint[]>;
}

export interface GuestOptions {
  lab: Lab;
  run: string;
  /** A backend for a lab with one cluster more. */
  open(lab: Lab): Backend;
}

/** The guest of a lab; nothing is made before it arrives. `not-applicable` where mesh or provider cannot add clusters. */
export function openGuest({ lab, run, open }: GuestOptions): Guest {
  const { membership, guests } = abilities(lab);
  const spec = guestSpec(lab.clusters);
  const environment = lab.environment.name;
  const stop = new AbortController();
  const { signal } = stop;
  let wider: Backend | undefined;
  return {
    name: spec.name,
    async arrive() {
      // On disk before the first container: what a killed run leaves is found by it.
      appendLine(journalOf(environment), {
        step: 'intent',
        run,
        cluster: spec,
        at: new Date().toISOString(),
      });
      const context = { log: silentLog, signal, stateDir: guestDir(environment) };
      const provided = await guests.add(lab.environment, spec, context);
      const [cluster] = provided.clusters;
      const { meshImages: images } = provided;
      if (!cluster || !images) throw new MeshproofError('bug', 'a provider that added no cluster');
      const mesh: MeshContext = {
        environment: lab.environment,
        clusters: [cluster],
        images,
        tool: provided.tool,
        definitions: provided.definitions,
        log: silentLog,
        signal,
        // The others' root of trust is there.
        stateDir: environmentDir(environment),
      };
      await meshDriver(lab.environment).install(mesh);
      await deployGuestWorld(lab, cluster, run);
      wider = open({ ...lab, clusters: [...lab.clusters, cluster] });
      return arrived(cluster, { lab, membership, mesh, backend: wider });
    },
    async remove() {
      stop.abort();
      await wider?.[Symbol.asyncDispose]();
      return sweepGuest(lab);
    },
  };
}

function arrived(
  cluster: LabCluster,
  {
    lab,
    membership,
    mesh,
    backend,
  }: { lab: Lab; membership: Membership; mesh: MeshContext; backend: Backend },
): Arrived {
  return {
    cluster,
    backend,
    async join() {
      const enforce = await membership.invite(cluster, { ...mesh, clusters: lab.clusters });
      await enforce();
      return Date.now();
    },
    async leave() {
      await Promise.all([
        membership.forget(cluster.name, lab.clusters),
        ...lab.clusters.map(({ name }) => membership.forget(name, [cluster])),
      ]);
      return Date.now();
    },
    async heldBy({ cluster: name, namespace, workload }) {
      const of = backend.lab.clusters.find((one) => one.name === name);
      if (!of) throw new MeshproofError('bug', `no cluster ${name}`);
      const pod = await podOf(of, namespace, workload);
      const place = { namespace, pod: pod.metadata?.name ?? '' };
      return readProxyEndpoints(openKube(of.kubeconfig), place, membership.proxyEndpoints);
    },
  };
}

/**
 * Takes away a guest that is there, wholly or in part, whoever made it: peering first, so that nobody calls it when it
 * goes. Idempotent; says what was there. A cluster of the user's own with the guest's name is left alone.
 */
export async function sweepGuest(lab: Lab): Promise<string[]> {
  const environment = lab.environment.name;
  if (lab.environment.clusters.some(({ name }) => name === GUEST)) return [];
  const { membership, guests } = parts(lab);
  if (!guests) return [];
  const swept = [
    ...((await membership?.forget(GUEST, lab.clusters)) ?? []),
    ...(await guests.drop(environment, GUEST)),
  ];
  if (existsSync(guestDir(environment))) swept.push(`state of ${GUEST}`);
  rmSync(guestDir(environment), { recursive: true, force: true });
  rmSync(join(environmentDir(environment), `${GUEST}.istio.yaml`), { force: true });
  return swept;
}

function parts(lab: Lab): { membership: Membership | undefined; guests: GuestProvider | undefined } {
  const makes = lab.environment.provider.kind === 'kind';
  const guests = makes ? kindProvider().guests : undefined;
  return { membership: meshDriver(lab.environment).membership, guests };
}

function abilities(lab: Lab): { membership: Membership; guests: GuestProvider } {
  const { membership, guests } = parts(lab);
  if (membership && guests) return { membership, guests };
  const missing = membership
    ? 'the provider cannot add a cluster'
    : 'the mesh cannot take one in while it is used';
  throw new MeshproofError('not-applicable', missing);
}

/** Its kubeconfig and configuration, and the journal. There is a guest, or part of one, while it exists. */
function guestDir(environment: string): string {
  return join(environmentDir(environment), GUEST);
}

function journalOf(environment: string): string {
  return join(guestDir(environment), 'journal.jsonl');
}
