import type { KubernetesObject } from '@kubernetes/client-node';
import type { DefectLab } from '../lib/prove/defect.ts';

/**
 * What `curl` on a pod's own node gets from it without a certificate, in words; undefined when it is turned away. No suite
 * asks with curl, or from a process of the node.
 */
export async function curlFromNode(
  lab: DefectLab,
  { cluster, namespace, app }: { cluster: string; namespace: string; app: string },
  { port, scheme = 'http' }: { port: number; scheme?: 'http' | 'https' },
): Promise<string | undefined> {
  const [pod] = await lab.pods(cluster, namespace, app);
  if (!pod) return undefined;
  const asked = ['curl', '--silent', '--insecure', '--http0.9', '--max-time', '3', '--output', '/dev/null'];
  const url = `${scheme}://${pod.address}:${port}/`;
  const { stdout } = await lab.onNode(cluster, pod.node, [
    ...asked,
    '--write-out',
    '%{http_code} %{size_download}',
    url,
  ]);
  const [code = '000', size = '0'] = stdout.trim().split(' ');
  const answered = code !== '000' || Number(size) > 0;
  return answered
    ? `curl on ${pod.node} got ${size} bytes (status ${code}) from ${url} without a certificate`
    : undefined;
}

/** The cluster that is changed last and looked at least. */
export function lastCluster({ lab }: DefectLab): string {
  return lab.clusters.at(-1)?.name ?? '';
}

/** A manifest with a spec. */
export function manifest(
  apiVersion: string,
  kind: string,
  { name, namespace, spec }: { name: string; namespace: string; spec: object },
): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace }, spec } as KubernetesObject;
}
