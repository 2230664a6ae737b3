import type { DefectLab } from '../lib/prove/defect.ts';
import { withPodPort } from '../lib/probe/pod-http.ts';

/** Port of Envoy's admin interface, on the loopback of every meshed pod (Istio: proxyAdminPort). */
const ADMIN_PORT = 15_000;

/**
 * What the proxy of a workload itself runs with: an answer of its admin interface. No suite looks there, so what it shows is
 * independent of theirs.
 */
export async function askProxy(
  lab: DefectLab,
  { cluster, namespace, app }: { cluster: string; namespace: string; app: string },
  path: string,
): Promise<string> {
  const [pod] = await lab.pods(cluster, namespace, app);
  if (!pod) return '';
  return withPodPort(lab.kube(cluster), { namespace, pod: pod.name, port: ADMIN_PORT }, (read) => read(path));
}

/** The cluster that defects are planted in: the last one, the one that people forget. */
export function forgotten({ lab }: DefectLab): string {
  return lab.clusters.at(-1)?.name ?? '';
}
