import { isIP } from 'node:net';
import type { LabCluster } from '../../model/lab.ts';
import { exec } from '../../support/exec.ts';
import { ignoreMissing, openKube } from '../../support/kube.ts';
import type { MeshStatus } from '../driver.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';

/** Version of the istiod that runs in a cluster, from its image's tag; undefined where there is none. */
export async function detect(cluster: LabCluster): Promise<string | undefined> {
  const { apps } = openKube(cluster.kubeconfig);
  const istiod = await ignoreMissing(
    apps.readNamespacedDeployment({ namespace: ISTIO_NAMESPACE, name: 'istiod' }),
  );
  const image = istiod?.spec?.template.spec?.containers[0]?.image;
  return image?.split(':').at(-1);
}

/** Names of the clusters that this cluster's control plane, or the one of a revision, ought to watch and does not (yet). */
export async function missingConnections(
  istioctl: string,
  cluster: LabCluster,
  clusters: readonly LabCluster[],
  revision?: string,
): Promise<string[]> {
  const of = revision === undefined ? [] : ['--revision', revision];
  const args = ['remote-clusters', '--kubeconfig', cluster.kubeconfig, ...of];
  const synced = parseRemoteClusters((await exec(istioctl, args, { timeout: 30_000 })).stdout);
  return clusters.map(({ name }) => name).filter((name) => !synced.includes(name));
}

/** Names with status `synced` in the table that `istioctl remote-clusters` prints (NAME SECRET STATUS ISTIOD). */
export function parseRemoteClusters(table: string): string[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s{2,}|\t/))
    .filter((columns) => columns.includes('synced'))
    .map((columns) => columns[0] ?? '');
}

/** Addresses by which the other networks are told to reach this cluster's gateway. */
export async function publishedAddresses(cluster: LabCluster): Promise<string[]> {
  const { core } = openKube(cluster.kubeconfig);
  const name = EAST_WEST_GATEWAY;
  const service = await ignoreMissing(core.readNamespacedService({ namespace: ISTIO_NAMESPACE, name }));
  return (service?.status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
}

/** Other clusters whose gateways this control plane leaves out, in words: they have host names, and it looks none up. */
async function deafTo(cluster: LabCluster, clusters: readonly LabCluster[]): Promise<string[]> {
  const { apps } = openKube(cluster.kubeconfig);
  const istiod = await ignoreMissing(
    apps.readNamespacedDeployment({ namespace: ISTIO_NAMESPACE, name: 'istiod' }),
  );
  const env = istiod?.spec?.template.spec?.containers[0]?.env ?? [];
  if (!env.some(({ name, value }) => name === 'RESOLVE_HOSTNAME_GATEWAYS' && value === 'false')) return [];
  const others = clusters.filter(({ name }) => name !== cluster.name);
  const published = await Promise.all(
    others.map(async (other) => ({ name: other.name, addresses: await publishedAddresses(other) })),
  );
  return leftOut(published);
}

/** Gateways with host names, as problems of a control plane that looks none up (RESOLVE_HOSTNAME_GATEWAYS=false). Pure. */
export function leftOut(published: readonly { name: string; addresses: readonly string[] }[]): string[] {
  return published.flatMap(({ name, addresses }) =>
    addresses
      .filter((address) => isIP(address) === 0)
      .map(
        (host) =>
          `control plane looks up no host names (RESOLVE_HOSTNAME_GATEWAYS=false), so that nothing here calls ${name} through ${host}`,
      ),
  );
}

/** Ready means: istiod and every gateway replica available, and all other clusters watched. */
export async function status(
  cluster: LabCluster,
  context: { clusters: readonly LabCluster[]; tool(name: 'istioctl'): Promise<string> },
): Promise<MeshStatus> {
  const version = await detect(cluster);
  if (version === undefined) {
    return {
      cluster: cluster.name,
      version: '',
      ready: false,
      connectedTo: [],
      problems: ['Istio is not installed'],
    };
  }
  const { apps } = openKube(cluster.kubeconfig);
  const problems: string[] = [];
  for (const name of ['istiod', EAST_WEST_GATEWAY]) {
    const deployment = await ignoreMissing(
      apps.readNamespacedDeployment({ namespace: ISTIO_NAMESPACE, name }),
    );
    const wanted = deployment?.spec?.replicas ?? 1;
    const available = deployment?.status?.availableReplicas ?? 0;
    if (available < wanted) problems.push(`${name}: ${available} of ${wanted} replicas available`);
  }
  const published = await publishedAddresses(cluster);
  const known = [...cluster.nodes.map(({ address }) => address), ...(cluster.gateways ?? [])];
  // A load balancer is the cloud's to name.
  const foreign = cluster.gatewayService ? [] : published.filter((one) => !known.includes(one));
  for (const address of foreign) {
    problems.push(`the east-west gateway is published at ${address}, which is no node of ${cluster.name}`);
  }
  if (published.length === 0) problems.push('the east-west gateway is published at no address');
  problems.push(...(await deafTo(cluster, context.clusters)));
  const istioctl = await context.tool('istioctl');
  const missing = await missingConnections(istioctl, cluster, context.clusters);
  for (const name of missing) problems.push(`control plane does not watch cluster ${name}`);
  const connectedTo = context.clusters.map(({ name }) => name).filter((name) => !missing.includes(name));
  return { cluster: cluster.name, version, ready: problems.length === 0, connectedTo, problems };
}
