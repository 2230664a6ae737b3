import type { FaultSpec } from '../model/fault.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';

/** The nodes that run ready pods of an app in a cluster, by name. */
export type NodesOfApp = (cluster: string, app: string) => Promise<string[]>;

/** A cluster of the lab by its name, `@first` or `@last`; a `usage` error when there is none. */
export function resolveCluster(lab: Lab, name: string): string {
  const names = lab.clusters.map((cluster) => cluster.name);
  const found = name === '@first' ? names[0] : name === '@last' ? names.at(-1) : name;
  if (found !== undefined && names.includes(found)) return found;
  throw new MeshproofError('usage', `no cluster ${name} in environment ${lab.environment.name}`, {
    nextStep: `clusters: ${names.join(', ')}, @first, @last`,
  });
}

/**
 * A fault with what stands for clusters, nodes and zones replaced by what it is just now: `@first`, `@last`, `@worker:N`,
 * `@node:APP`, `@zone:APP`. Pods move, so this is asked when the fault is injected, and not before.
 */
export async function resolveFault(spec: FaultSpec, lab: Lab, nodesOf: NodesOfApp): Promise<FaultSpec> {
  const resolved: Record<string, unknown> = { ...spec };
  for (const key of ['cluster', 'from', 'to']) {
    const value = resolved[key];
    if (typeof value === 'string') resolved[key] = resolveCluster(lab, value);
  }
  const cluster = lab.clusters.find(({ name }) => name === resolved['cluster']);
  const nodeFor = async (text: string, prefix: string): Promise<string> => {
    const app = text.slice(prefix.length);
    const [node] = await nodesOf(cluster?.name ?? '', app);
    if (node !== undefined) return node;
    throw new MeshproofError('usage', `${spec.kind}: no ready pod of ${app} in ${cluster?.name}`, {
      nextStep: 'name a node (meshproof env status), or an app that runs there',
    });
  };
  const { node, zone } = resolved;
  if (typeof node === 'string' && node.startsWith('@node:')) resolved['node'] = await nodeFor(node, '@node:');
  const position = typeof node === 'string' ? /^@worker:(\d+)$/.exec(node)?.[1] : undefined;
  if (position !== undefined) {
    const workers = cluster?.nodes.filter(({ role }) => role === 'worker') ?? [];
    resolved['node'] = workers[Number(position) - 1]?.name ?? node;
  }
  if (typeof zone === 'string' && zone.startsWith('@zone:')) {
    const at = await nodeFor(zone, '@zone:');
    resolved['zone'] = cluster?.nodes.find(({ name }) => name === at)?.zone;
  }
  return resolved as unknown as FaultSpec;
}
