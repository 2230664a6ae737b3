import type { KubernetesObject } from '@kubernetes/client-node';
import type { DefectLab } from '../lib/prove/defect.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

/** A cluster that the forgotten one calls. */
export function calledFromForgotten({ lab }: DefectLab): string {
  return lab.clusters[0]?.name ?? '';
}

/** Puts one object into the forgotten cluster, in the namespace of its callers. */
export async function plantThere(
  lab: DefectLab,
  object: { apiVersion: string; kind: string; name: string; spec: object },
): Promise<void> {
  const { apiVersion, kind, name, spec } = object;
  const planted: KubernetesObject & { spec: object } = {
    apiVersion,
    kind,
    metadata: { name, namespace: MESH_NAMESPACE },
    spec,
  };
  await lab.changes.apply(lastCluster(lab), [planted]);
}

/** Whether the configuration of the forgotten cluster's caller has this in it, as its proxy itself shows it. */
export async function proxyHas(
  lab: DefectLab,
  resource: 'dynamic_route_configs' | 'dynamic_listeners',
  what: RegExp,
): Promise<string | undefined> {
  const caller = { cluster: lastCluster(lab), namespace: MESH_NAMESPACE, app: MESH_CALLER };
  const page = await proxySays(lab, caller, `/config_dump?resource=${resource}`);
  const found = what.exec(page.replaceAll(/\s+/g, ' '));
  return found
    ? `the proxy of ${MESH_CALLER} in ${caller.cluster} runs with ${found[0].slice(0, 120)}`
    : undefined;
}
