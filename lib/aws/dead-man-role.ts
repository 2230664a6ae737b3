import { createHash } from 'node:crypto';

/** Names of roles have 64 characters at most (IAM user guide, "IAM and AWS STS quotas"). */
const LONGEST = 64;

/** The name of the role that a cluster's dead-men act as, and of the queue that gets what failed for good. Pure. */
export function deadManName(environment: string, cluster: string): string {
  return roleName(environment, cluster, 'dead-man');
}

/** The name of the role that experiments of AWS FIS act as in a cluster. Pure. */
export function fisRoleName(environment: string, cluster: string): string {
  return roleName(environment, cluster, 'fis');
}

function roleName(environment: string, cluster: string, whose: string): string {
  const name = `meshproof-${environment}-${cluster}-${whose}`;
  if (name.length <= LONGEST) return name;
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST - mark.length - 1)}-${mark}`;
}
