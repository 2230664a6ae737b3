import type { DefectLab } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';
import { HTTP_PORT, MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';

/** A VirtualService in the last cluster that has every call to a service carried out twice. */
export function plantMirror(lab: DefectLab, service: string): Promise<void> {
  const host = hostOf(service);
  const destination = { host, port: { number: HTTP_PORT } };
  return lab.changes.apply(lastCluster(lab), [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'copycat', namespace: MESH_NAMESPACE },
      spec: { hosts: [host], http: [{ route: [{ destination }], mirror: destination }] },
    } as never,
  ]);
}

/** The mirror as the proxy of a caller has it. */
export async function mirrorBites(lab: DefectLab, service: string): Promise<string | undefined> {
  const path = `/config_dump?resource=dynamic_route_configs&name_regex=${HTTP_PORT}`;
  const routes = await proxySays(lab, { cluster: lastCluster(lab), app: MESH_CALLER }, path);
  const [, mirrored = ''] = routes.split('"request_mirror_policies"');
  return mirrored.slice(0, 300).includes(hostOf(service))
    ? `a route of ${MESH_CALLER} mirrors calls to ${service}`
    : undefined;
}

function hostOf(service: string): string {
  return `${service}.${MESH_NAMESPACE}.svc.cluster.local`;
}
