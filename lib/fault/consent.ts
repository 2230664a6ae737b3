import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { SYSTEM_NAMESPACE } from '../support/node-job.ts';

/** Label of the namespace `meshproof-system` by which a cluster's owner lets it be disturbed; its value is `true`. */
export const CONSENT_LABEL = 'meshproof.dev/allow-disruption';

/** How a cluster opts in: commands for its owner. */
export const OPT_IN = `kubectl create namespace ${SYSTEM_NAMESPACE}; kubectl label namespace ${SYSTEM_NAMESPACE} ${CONSENT_LABEL}=true`;

/**
 * Clusters that Meshproof made may be disturbed. Others only when their owners have opted in and the user of this command has
 * said so (`lab.disruption`): `not-applicable` otherwise. `what` is what would be done.
 */
export function mustBeDisturbable({ environment, disruption }: Lab, what: string): void {
  if (environment.provider.kind !== 'kubeconfig' || disruption === 'allowed') return;
  throw new MeshproofError('not-applicable', `${what}: not in clusters that Meshproof did not make`, {
    nextStep: `have the owner of each opt in (${OPT_IN}), and pass --allow-disruption`,
  });
}
