import type { Environment } from '../model/environment.ts';

/** What an environment says of who answers whom. */
export interface AnsweringRules {
  mesh: Pick<Environment['mesh'], 'clusterLocal'>;
  expect: Pick<Environment['expect'], 'answeredBy'>;
}

/** True when the mesh keeps the service of this name to its own cluster; `*.` in front stands for any name before it. */
export function isClusterLocal({ mesh }: Pick<AnsweringRules, 'mesh'>, host: string): boolean {
  const name = host.replace(/\.$/, '');
  return mesh.clusterLocal.some((one) => (one.startsWith('*.') ? name.endsWith(one.slice(1)) : name === one));
}

/** The clusters that must answer a service, and no others: `endpointsIn` are those that have pods of it. */
export function answeringClusters(
  rules: AnsweringRules,
  { host, from, endpointsIn }: { host: string; from: string; endpointsIn: readonly string[] },
): string[] {
  const own = endpointsIn.filter((name) => name === from);
  if (isClusterLocal(rules, host)) return own;
  // A cluster without pods of its own is answered by the others all the same.
  return rules.expect.answeredBy === 'own-cluster' && own.length > 0 ? own : [...endpointsIn];
}
