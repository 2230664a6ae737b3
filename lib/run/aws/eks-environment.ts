import type { EksSettings } from '../../model/aws.ts';
import type { Environment } from '../../model/environment.ts';

/** An environment whose clusters are on EKS. */
export type EksEnvironment = Environment & { provider: EksSettings };

export function isEks(environment: Environment): environment is EksEnvironment {
  return environment.provider.kind === 'eks';
}
