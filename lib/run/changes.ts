import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Lab } from '../model/lab.ts';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import { appendLine, readLines } from '../support/json-lines.ts';
import { apply, ignoreMissing, isStatus } from '../support/kube.ts';
import type { MeshSettings } from '../model/upgrade.ts';
import { environmentDir } from '../support/paths.ts';
import {
  bare,
  carryOut,
  inContainer,
  kubeOf,
  type ObjectRef,
  type PodSelector,
  touchPods,
  type Undo,
  words,
} from './changes-undo.ts';
import { addCanary, bringMesh, type MeshChangeOptions, proxiedPods, renewProxies } from './mesh-change.ts';

interface ChangeEntry {
  id: string;
  /** Who made it: a test or a planted defect. */
  owner: string;
  at: string;
  undo?: Undo;
  undone?: true;
}

/**
 * Changes to things that are not Meshproof's (mesh configuration, secrets, CoreDNS, rules on a node). Each is written
 * to the environment's journal, with its inverse, before it is made; a sweep undoes what a dead process left.
 */
export interface Changes {
  /** Changes an object that exists; `mutate` gets a copy and gives the new one back. */
  edit(
    cluster: string,
    ref: ObjectRef,
    mutate: (object: KubernetesObject) => KubernetesObject,
  ): Promise<void>;
  /** Server-side applies objects; what was there before comes back when undone. */
  apply(cluster: string, objects: readonly KubernetesObject[]): Promise<void>;
  remove(cluster: string, ref: ObjectRef): Promise<void>;
  /** Runs a command on a node; `undo` must be idempotent. Throws when the command fails. */
  onNode(cluster: string, node: string, command: string[], undo: string[]): Promise<void>;
  /**
   * As `edit`, for what pods have mounted: they are shown it at once, where the kubelet would take a minute or more; so
   * they are when it is undone.
   */
  editMounted(
    cluster: string,
    ref: ObjectRef,
    pods: PodSelector,
    mutate: (object: KubernetesObject) => KubernetesObject,
  ): Promise<void>;
  /**
   * Gives the mesh of a cluster other settings, and with `renew` a new start to every proxy, which takes them up only then;
   * gives the names of workloads that were started anew. Undone: it is as it was installed, and so are proxies that started
   * meanwhile. Nothing is left to undo once it was brought to no settings, with `renew`.
   */
  mesh(
    cluster: string,
    settings: MeshSettings,
    options: MeshChangeOptions & { renew: boolean },
  ): Promise<string[]>;
  /** Gives a cluster a second control plane with these settings. Undone: there is none. */
  canary(cluster: string, settings: MeshSettings, options?: MeshChangeOptions): Promise<void>;
  /**
   * Undoes all that this owner changed, newest first. Idempotent. A `bug` error when somebody else has changed the same
   * object since and has not undone it: putting back what was there before would undo theirs as well.
   */
  revert(): Promise<string[]>;
}

/** Times an edit is tried anew when something else wrote to the object in between. */
const EDIT_TRIES = 3;

/** The changes of one owner; an owner of an earlier process is taken up by its name. */
export function openChanges(lab: Lab, owner: string): Changes {
  const file = changesFile(lab.environment.name);
  const record = (undo: Undo) => {
    const id = randomBytes(4).toString('hex');
    appendLine(file, { id, owner, at: new Date().toISOString(), undo });
    return id;
  };
  const undone = (id: string) => appendLine(file, { id, owner, at: new Date().toISOString(), undone: true });
  const snapshot = async (cluster: string, ref: ObjectRef) => {
    const before = (await ignoreMissing(kubeOf(lab, cluster).objects.read(ref))) ?? null;
    record({ kind: 'object', cluster, ref, before: before && bare(before) });
    return before;
  };
  const edit: Changes['edit'] = async (cluster, ref, mutate) => {
    const { objects } = kubeOf(lab, cluster);
    let before = await snapshot(cluster, ref);
    for (let tries = 1; ; tries++) {
      if (!before) throw new MeshproofError('environment', `${cluster}: there is no ${words(ref)} to change`);
      try {
        await objects.replace(mutate(structuredClone(before)));
        return;
      } catch (error) {
        if (!isStatus(error, 409) || tries === EDIT_TRIES) throw error;
        before = (await ignoreMissing(objects.read(ref))) ?? null;
      }
    }
  };
  return {
    edit,
    async apply(cluster, objects) {
      for (const object of objects) {
        await snapshot(cluster, object as ObjectRef);
        await apply(kubeOf(lab, cluster), [object]);
      }
    },
    async remove(cluster, ref) {
      await snapshot(cluster, ref);
      await ignoreMissing(kubeOf(lab, cluster).objects.delete(ref));
    },
    async onNode(cluster, node, command, undo) {
      const container = containerOf(lab, cluster, node);
      record({ kind: 'command', container, command: undo });
      const result = await inContainer(lab, container, command);
      if (result.exitCode === 0) return;
      throw new MeshproofError('environment', `${node}: ${command.join(' ')}: ${result.stderr}`);
    },
    async editMounted(cluster, ref, pods, mutate) {
      // First in the journal, so last when undone: after the object is as before.
      record({ kind: 'touch', cluster, pods });
      await edit(cluster, ref, mutate);
      await touchPods(kubeOf(lab, cluster).core, pods, new Date().toISOString());
    },
    async mesh(cluster, settings, options) {
      const before = (await proxiedPods(lab, cluster)).map(({ uid }) => uid);
      const entries = openEntries(readLines<ChangeEntry>(file)).filter(
        (entry) => entry.owner === owner && entry.undo.kind === 'mesh' && entry.undo.cluster === cluster,
      );
      const ids = entries.map(({ id }) => id);
      if (ids.length === 0) ids.push(record({ kind: 'mesh', cluster, untouched: before }));
      await bringMesh(lab, cluster, settings, options);
      if (!options.renew) return [];
      const renewed = await renewProxies(lab, cluster, ({ uid }) => before.includes(uid), options);
      if (Object.keys(settings).length === 0) ids.forEach(undone);
      return renewed;
    },
    async canary(cluster, settings, options) {
      record({ kind: 'canary', cluster });
      await addCanary(lab, cluster, settings, options);
    },
    revert: () => revertOpen(lab, (entry) => entry.owner === owner),
  };
}

/**
 * Undoes every change that is still open, whoever made it but `spared`; part of every sweep. Says what was undone. The journal
 * holds what secrets held, so it goes once nothing in it is open.
 */
export async function sweepChanges(lab: Lab, spared?: string): Promise<string[]> {
  const done = await revertOpen(lab, ({ owner }) => owner !== spared);
  const file = changesFile(lab.environment.name);
  if (openEntries(readLines<ChangeEntry>(file)).length === 0) rmSync(file, { force: true });
  return done;
}

type OpenEntry = ChangeEntry & { undo: Undo };

/** Entries that were never undone, oldest first. */
export function openEntries(entries: readonly ChangeEntry[]): OpenEntry[] {
  const undone = new Set(entries.filter((entry) => entry.undone).map(({ id }) => id));
  return entries.flatMap((entry) =>
    entry.undo && !undone.has(entry.id) ? [{ ...entry, undo: entry.undo }] : [],
  );
}

/** Which of the open entries of others are younger and about an object of these: in words, empty when none. */
export function inTheWay(open: readonly OpenEntry[], mine: (entry: ChangeEntry) => boolean): string[] {
  return open.flatMap((other, index) => {
    const key = objectKey(other);
    if (mine(other) || key === undefined) return [];
    const older = open.slice(0, index).some((entry) => mine(entry) && objectKey(entry) === key);
    return older && other.undo.kind === 'object'
      ? [`${other.owner} has changed ${words(other.undo.ref)} since`]
      : [];
  });
}

function objectKey({ undo }: OpenEntry): string | undefined {
  return undo.kind === 'object' ? `${undo.cluster} ${undo.ref.apiVersion} ${words(undo.ref)}` : undefined;
}

async function revertOpen(lab: Lab, mine: (entry: ChangeEntry) => boolean): Promise<string[]> {
  const file = changesFile(lab.environment.name);
  const done: string[] = [];
  const failures: string[] = [];
  const open = openEntries(readLines<ChangeEntry>(file));
  const younger = inTheWay(open, mine);
  if (younger.length > 0)
    throw new MeshproofError('bug', `changes are undone in turn: ${younger.join(', ')}`);
  for (const { id, owner, undo } of open.filter(mine).toReversed()) {
    try {
      done.push(`${owner}: ${await carryOut(lab, undo)}`);
      appendLine(file, { id, owner, at: new Date().toISOString(), undone: true });
    } catch (error) {
      failures.push(`${owner}: ${errorMessage(error)}`);
    }
  }
  if (failures.length === 0) return done;
  throw new MeshproofError('environment', `changes could not be undone:\n${failures.join('\n')}`, {
    nextStep: `meshproof sweep ${lab.environment.name}; if it fails again, meshproof env down ${lab.environment.name}`,
  });
}

function changesFile(environment: string): string {
  return join(environmentDir(environment), 'changes.jsonl');
}

function containerOf(lab: Lab, cluster: string, node: string): string {
  const nodes = lab.clusters.find(({ name }) => name === cluster)?.nodes ?? [];
  const container = nodes.find(({ name }) => name === node)?.container;
  if (container === undefined) throw new MeshproofError('bug', `no node ${node} in cluster ${cluster}`);
  return container;
}
