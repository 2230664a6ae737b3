import type { KubernetesObject, V1Deployment } from '@kubernetes/client-node';
import { firstCluster } from '../lib/prove/clusters.ts';
import { dig, digFrom } from '../lib/prove/dig.ts';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE, TOLERANT_SERVICE } from '../lib/run/workloads.ts';
import { waitFor } from '../lib/support/kube.ts';

const NAMESPACE = 'kube-system';
const CANARY = 'coredns-canary';
const NAME = `${SHARED_SERVICE}.${MESH_NAMESPACE}.svc.cluster.local`;
const READY_MS = 90_000;

/** A canary of CoreDNS with an old hosts file joins the others: a share of the answers is wrong. */
export const dnsOddResolver: Defect = {
  id: 'dns-odd-resolver',
  title: 'in the first cluster one resolver of several has a hosts entry with the wrong address of a service',
  caughtBy: ['dns/every-node'],
  says: /only from [\d.]+ and the cluster DNS address/,
  silent:
    'all resolvers run and are ready; the wrong answer comes and goes, and every check that asks once is green',
  async plant(lab) {
    const cluster = firstCluster(lab);
    const kube = lab.kube(cluster);
    const wrong = await lab.clusterIp(cluster, MESH_NAMESPACE, TOLERANT_SERVICE);
    const original = await kube.apps.readNamespacedDeployment({ name: 'coredns', namespace: NAMESPACE });
    const config = await kube.core.readNamespacedConfigMap({ name: 'coredns', namespace: NAMESPACE });
    const hosts = `$1ready\n$1hosts {\n$1   ${wrong} ${NAME}\n$1   fallthrough\n$1}`;
    const corefile = config.data?.['Corefile']?.replace(/^(\s*)ready$/m, hosts) ?? '';
    const map: KubernetesObject & { data: object } = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: CANARY, namespace: NAMESPACE },
      data: { Corefile: corefile },
    };
    await lab.changes.apply(cluster, [map, canaryOf(original)]);
    await waitFor(`${CANARY} is ready`, async () => (await canaryAddress(lab)) !== undefined, {
      timeoutMs: READY_MS,
    });
  },
  async bites(lab) {
    const server = await canaryAddress(lab);
    if (server === undefined) return undefined;
    const { addresses } = await dig(lab, { ...(await digFrom(lab, firstCluster(lab))), server, name: NAME });
    const wrong = await lab.clusterIp(firstCluster(lab), MESH_NAMESPACE, TOLERANT_SERVICE);
    return addresses.includes(wrong) ? `the resolver at ${server} says ${wrong} for ${NAME}` : undefined;
  },
  async heal(lab) {
    await lab.changes.revert();
    await waitFor(`${CANARY} is gone`, async () => (await canaryAddress(lab)) === undefined, {
      timeoutMs: READY_MS,
    });
  },
};

/** CoreDNS as it runs, with a configuration and a label of its own. */
function canaryOf({ spec }: V1Deployment): V1Deployment {
  const labels = { 'k8s-app': 'kube-dns', track: CANARY };
  const podSpec = structuredClone(spec?.template.spec);
  for (const { configMap } of podSpec?.volumes ?? [])
    if (configMap?.name === 'coredns') configMap.name = CANARY;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: CANARY, namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, ...(podSpec ? { spec: podSpec } : {}) },
    },
  };
}

/** Undefined while the canary is not one of the resolvers that lookups go to. */
async function canaryAddress(lab: DefectLab): Promise<string | undefined> {
  const { core } = lab.kube(firstCluster(lab));
  const { items } = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: `track=${CANARY}` });
  const serving = await lab.endpoints(firstCluster(lab), NAMESPACE, 'kube-dns');
  return items.map(({ status }) => status?.podIP ?? '').find((address) => serving.includes(address));
}
