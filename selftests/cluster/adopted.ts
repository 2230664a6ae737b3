import { readFileSync, writeFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';
import type { Lab } from '../../lib/model/lab.ts';
import { nodeHandle } from '../../lib/support/node-job.ts';

/** The lab as somebody sees it who has its API servers only: commands get into its nodes by Jobs. */
export function throughJobs(lab: Lab): Lab {
  return {
    ...lab,
    access: {
      by: 'job',
      image: lab.images.runtime,
      kubeconfigs: Object.fromEntries(lab.clusters.map(({ name, kubeconfig }) => [name, kubeconfig])),
    },
    clusters: lab.clusters.map((cluster) => ({
      ...cluster,
      nodes: cluster.nodes.map((node) => ({ ...node, container: nodeHandle(cluster.name, node.name) })),
    })),
  };
}

/**
 * Writes an environment file over the clusters of the lab, as if they were somebody else's, and the kubeconfig with their
 * contexts; with these tokens, by cluster, in place of the lab's own credentials. Gives the environment file back.
 */
export function adoptedEnvironment(
  lab: Lab,
  { name, path, tokens }: { name: string; path(file: string): string; tokens?: Record<string, string> },
): string {
  const kubeconfig = path('kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(lab, tokens));
  const made = parse(readFileSync(lab.environment.file, 'utf8')) as Record<string, unknown> & {
    clusters: Record<string, object>;
  };
  const clusters = Object.entries(made.clusters).map(([cluster, spec]) => [
    cluster,
    { ...spec, nodes: undefined },
  ]);
  const file = path(`${name}.yaml`);
  const provider = {
    kubeconfig: {
      file: kubeconfig,
      contexts: Object.fromEntries(lab.clusters.map((cluster) => [cluster.name, contextOf(cluster.name)])),
      images: { runtime: lab.images.runtime, k6: lab.images.k6 },
    },
  };
  writeFileSync(file, stringify({ ...made, name, provider, clusters: Object.fromEntries(clusters) }));
  return file;
}

/** Name of a cluster's context in the kubeconfig that {@link adoptedEnvironment} writes. */
export function contextOf(cluster: string): string {
  return `staging-${cluster}`;
}

function kubeconfigOf(lab: Lab, tokens: Record<string, string> | undefined): string {
  const all = new KubeConfig();
  const parts = lab.clusters.map(({ name, kubeconfig }) => {
    const one = new KubeConfig();
    one.loadFromFile(kubeconfig);
    const [cluster, user] = [one.getCurrentCluster(), one.getCurrentUser()];
    if (!cluster || !user) throw new Error(`no context in ${kubeconfig}`);
    const token = tokens?.[name];
    return {
      clusters: { ...cluster, name },
      users: token === undefined ? { ...user, name } : { name, token },
      contexts: { name: contextOf(name), cluster: name, user: name },
    };
  });
  all.loadFromOptions({
    clusters: parts.map(({ clusters }) => clusters),
    users: parts.map(({ users }) => users),
    contexts: parts.map(({ contexts }) => contexts),
    // Nobody's current context is ever used.
    currentContext: 'somewhere-else',
  });
  return all.exportConfig();
}
