import { sweepAws } from '../fault/aws/sweep.ts';
import { endFault } from '../fault/inject.ts';
import { journalFile, openFaults, readJournal } from '../fault/journal.ts';
import { tidyNode } from '../fault/mechanisms/leftovers.ts';
import { meshDriver } from '../mesh/registry.ts';
import type { Lab } from '../model/lab.ts';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import { removeNodeJobs } from '../support/node-job.ts';
import { sweepChanges } from './changes.ts';
import { sweepGuest } from './guest.ts';
import { removeWorld } from './world.ts';

/** What a sweep found and undid, in words; empty when there was nothing. */
export type Swept = string[];

/** Reverts every journalled fault that was never proven to be gone. Tries all before it reports a failure. */
export async function sweepFaults(environment: string, log: Log): Promise<Swept> {
  const swept: Swept = [];
  const failures: string[] = [];
  for (const plan of openFaults(readJournal(journalFile(environment)))) {
    try {
      const { proof } = await endFault(plan);
      swept.push(`${plan.spec.kind} ${plan.id} of run ${plan.run}: ${proof}`);
      log.warn(`swept a fault that an earlier run left: ${plan.blastRadius}`);
    } catch (error) {
      failures.push(errorMessage(error));
    }
  }
  if (failures.length === 0) return swept;
  throw new MeshproofError(
    'environment',
    `the environment is quarantined, a sweep failed:\n${failures.join('\n')}`,
    {
      nextStep: `meshproof sweep ${environment}; if it fails again, meshproof env down ${environment}`,
    },
  );
}

/**
 * Reverts everything of ours in a lab, journalled or found by its mark: what faults left in nodes,
 * workloads. Idempotent. Nodes of clusters that are not to be disturbed are looked at when that is asked for: it takes a
 * privileged pod on each. What `spared` has changed stays: a gate verifies what it has changed.
 */
export async function sweepLab(
  lab: Lab,
  log: Log,
  {
    everyNode = lab.access.by === 'engine' || lab.disruption === 'allowed',
    spared,
  }: { everyNode?: boolean; spared?: string | undefined } = {},
): Promise<Swept> {
  const swept = await sweepFaults(lab.environment.name, log);
  if (lab.environment.provider.kind === 'eks') swept.push(...(await sweepAws(lab, log)));
  if (everyNode) {
    const nodes = lab.clusters.flatMap((cluster) => cluster.nodes);
    const tidied = await Promise.all(nodes.map(({ container }) => tidyNode(lab.access, container)));
    swept.push(...tidied.flat());
  }
  swept.push(...(await sweepGuest(lab)));
  const undone = await sweepChanges(lab, spared);
  // A control plane takes up what it was given back a moment later, and its workloads after it.
  const { rotation } = meshDriver(lab.environment);
  if (undone.length > 0 && rotation)
    await Promise.all(lab.clusters.map((cluster) => rotation.settled(cluster)));
  swept.push(...undone);
  swept.push(...(await removeWorld(lab)));
  swept.push(...(await removeWaysIn(lab)));
  return swept;
}

/** Removes the Jobs by which commands got into nodes, where there were any. Idempotent. */
export async function removeWaysIn({ access }: Lab): Promise<Swept> {
  return access.by === 'job' ? removeNodeJobs(access) : [];
}
