import type { KubernetesObject } from '@kubernetes/client-node';
import type { DefectLab } from '../lib/prove/defect.ts';
import { HTTP_PORT, MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';

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

/** A manifest with a spec. */
export function manifest(
  apiVersion: string,
  kind: string,
  { name, namespace, spec }: { name: string; namespace: string; spec: object },
): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace }, spec } as KubernetesObject;
}

const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext';

/** A filter that changes how the shared service's HTTP port takes TLS: `context` is merged into Envoy's CommonTlsContext. */
export function inboundTlsFilter(name: string, context: object): KubernetesObject {
  const typedConfig = { '@type': TLS, common_tls_context: context };
  return manifest('networking.istio.io/v1alpha3', 'EnvoyFilter', {
    name,
    namespace: MESH_NAMESPACE,
    spec: {
      workloadSelector: { labels: { app: SHARED_SERVICE } },
      configPatches: [
        {
          applyTo: 'FILTER_CHAIN',
          match: {
            context: 'SIDECAR_INBOUND',
            listener: { filterChain: { destinationPort: HTTP_PORT } },
          },
          patch: {
            operation: 'MERGE',
            value: { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: typedConfig } },
          },
        },
      ],
    },
  });
}
