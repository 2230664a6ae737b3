import { lastCluster } from '../lib/prove/clusters.ts';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';
import { waitFor } from '../lib/support/kube.ts';

const SETTING = 'PROXY_CONFIG_XDS_AGENT';
const ANNOTATION = 'proxy.istio.io/config';
const RESTARTED_MS = 120_000;

interface Template {
  metadata?: { annotations?: Record<string, string> };
}

/** A proxy that learns of another root only with its next certificate: the second root is missing there. */
export const rotationDeafProxy: Defect = {
  id: 'rotation-deaf-proxy',
  title: 'in the last cluster one workload overrides the setting by which proxies hear of new roots',
  caughtBy: ['mtls/rotation-root'],
  says: /payments-[\w-]+ in \w+ does not trust it/,
  silent:
    'nothing fails until the signer changes; then every call to that workload does. Pods are Ready, analyze is silent',
  async plant(lab) {
    const ref = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: SHARED_SERVICE, namespace: MESH_NAMESPACE },
    };
    await lab.changes.edit(lastCluster(lab), ref, (object) => {
      const { spec } = object as unknown as { spec: { template: Template } };
      const { metadata = {} } = spec.template;
      metadata.annotations = {
        ...metadata.annotations,
        [ANNOTATION]: `proxyMetadata:\n  ${SETTING}: "false"\n`,
      };
      spec.template.metadata = metadata;
      return object;
    });
  },
  async bites(lab) {
    const values = await settings(lab);
    return values.length > 0 && values.every((value) => value === 'false')
      ? `the proxy of ${SHARED_SERVICE} in ${lastCluster(lab)} runs with ${SETTING}=false`
      : undefined;
  },
  async heal(lab) {
    await lab.changes.revert();
    await waitFor(
      `${SHARED_SERVICE} restarted`,
      async () => {
        const values = await settings(lab);
        return values.length > 0 && values.every((value) => value !== 'false');
      },
      { timeoutMs: RESTARTED_MS },
    );
    await lab.steady(RESTARTED_MS);
  },
};

/** What the proxies that run and are ready were started with, by looking at their pods. */
async function settings(lab: DefectLab): Promise<string[]> {
  const { items } = await lab.kube(lastCluster(lab)).core.listNamespacedPod({
    namespace: MESH_NAMESPACE,
    labelSelector: `app=${SHARED_SERVICE}`,
  });
  return items.flatMap(({ spec, status, metadata }) => {
    const isReady =
      status?.conditions?.some(({ type, status: on }) => type === 'Ready' && on === 'True') === true;
    if (!isReady || metadata?.deletionTimestamp) return [];
    const env = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].flatMap(
      (one) => one.env ?? [],
    );
    return env.filter(({ name }) => name === SETTING).map(({ value }) => value ?? '');
  });
}
