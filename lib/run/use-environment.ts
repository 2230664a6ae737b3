import type { Environment } from '../model/environment.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { openKube } from '../support/kube.ts';
import { withConsent } from './consent.ts';
import { acquireLease } from './lease.ts';
import { runId } from './manifest.ts';
import { deprovision, findLab, matches, type ProvisionOptions, provision } from './provision.ts';
import { readState } from './state.ts';

export interface UseOptions extends ProvisionOptions {
  /** Leaves an environment up that this run made. */
  keep: boolean;
  /** Clusters that Meshproof did not make may be disturbed, where they have opted in. */
  allowDisruption?: boolean;
}

/**
 * Works with an environment alone: used when it is up, made when not; held by its lease meanwhile. One that was made
 * for this is removed at the end, whatever happens.
 */
export async function useEnvironment<T>(
  environment: Environment,
  options: UseOptions,
  work: (lab: Lab, run: string) => Promise<T>,
): Promise<T> {
  const { log, stages } = options;
  // An environment that stood before, or was to stay, is the user's: it is used and left.
  const temporary = readState(environment.name)?.temporary ?? !options.keep;
  let inUse = false;
  try {
    const lab = await withConsent(
      await labFor(environment, { ...options, temporary }),
      options.allowDisruption ?? false,
    );
    const run = runId();
    await using _lease = await acquireLease(lab, run).catch((error: unknown) => {
      inUse = true;
      throw error;
    });
    return await work(lab, run);
  } finally {
    // What another run uses is not ours to remove, even when it is to go in the end.
    if (temporary && !options.keep && !inUse) {
      const cleanUp = { ...options, signal: new AbortController().signal };
      await stages.run('environment down', () => deprovision(environment.name, cleanUp));
    } else {
      log.info(
        `environment ${environment.name} is left up; meshproof env down ${environment.name} removes it`,
      );
    }
  }
}

/** The lab as it is when it is up and answers; made, or made whole, otherwise. */
async function labFor(environment: Environment, options: UseOptions): Promise<Lab> {
  const known = findLab(environment.name);
  // Nodes and gateways of clusters that are not Meshproof's come and go: they are read anew.
  const isOurs = environment.provider.kind !== 'kubeconfig';
  const usable = known !== undefined && matches(known, environment) && isOurs && (await answers(known));
  // Budgets and expectations are the file's of now; what the clusters were made from is the same.
  if (usable) return { ...known, environment };
  if (environment.provider.kind === 'eks')
    throw new MeshproofError('usage', `${environment.name} is not up, and it costs money: nothing was made`, {
      nextStep: `meshproof env up --environment ${environment.file} --plan says how much, and env up makes it`,
    });
  return provision(environment, options);
}

/** True when every API server of a lab answers within 5 s; an engine that was restarted leaves them stopped. */
async function answers(lab: Lab): Promise<boolean> {
  const probes = lab.clusters.map(async ({ kubeconfig }) => {
    const slow = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error('5 s are over')), 5000).unref(),
    );
    await Promise.race([openKube(kubeconfig).core.listNamespace({ limit: 1 }), slow]);
  });
  return (await Promise.allSettled(probes)).every(({ status }) => status === 'fulfilled');
}
