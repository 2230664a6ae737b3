import type { LabCluster } from '../../model/lab.ts';
import { openKube } from '../../support/kube.ts';
import type { GatewayCertificate } from '../contracts.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';
import { withAdmin } from './proxy-admin.ts';

interface AdminCertificate {
  path?: string;
  valid_from?: string;
  expiration_time?: string;
}

interface AdminCertificates {
  certificates?: { ca_cert?: AdminCertificate[]; cert_chain?: AdminCertificate[] }[];
}

/** What the proxies of a cluster's east-west gateways hold, from their admin interface. */
export async function gatewayCertificates(cluster: LabCluster): Promise<GatewayCertificate[]> {
  const { core } = openKube(cluster.kubeconfig);
  const { items } = await core.listNamespacedPod({
    namespace: ISTIO_NAMESPACE,
    labelSelector: `app=${EAST_WEST_GATEWAY}`,
  });
  const names = items
    .filter(({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp)
    .map(({ metadata }) => metadata?.name ?? '');
  const held = await Promise.all(
    names.map((name) =>
      withAdmin(cluster, { namespace: ISTIO_NAMESPACE, name }, async (read) =>
        parseCertificates(await read('/certs'), `${name} in ${cluster.name}`),
      ),
    ),
  );
  return held.flat();
}

/** Reads Envoy's `/certs` (admin.v3.Certificates): a chain starts with the proxy's own certificate. */
export function parseCertificates(body: string, holder: string): GatewayCertificate[] {
  const { certificates = [] } = JSON.parse(body) as AdminCertificates;
  const life = (kind: GatewayCertificate['kind']) => (one: AdminCertificate) => ({
    holder,
    kind,
    notBefore: Date.parse(one.valid_from ?? ''),
    notAfter: Date.parse(one.expiration_time ?? ''),
  });
  // A proxy names its certificate once for every upstream.
  const held = certificates.flatMap(({ ca_cert: roots = [], cert_chain: [leaf, ...above] = [] }) => [
    ...(leaf ? [life('gateway')(leaf)] : []),
    ...above.map(life('intermediate')),
    ...roots.map(life('root')),
  ]);
  return [...new Map(held.map((one) => [`${one.kind} ${one.notBefore} ${one.notAfter}`, one])).values()];
}
