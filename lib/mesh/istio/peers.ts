import type { KubernetesObject } from '@kubernetes/client-node';
import type { ClientCertificate } from '../../model/call-plan.ts';
import type { LabCluster } from '../../model/lab.ts';
import type { PeerMode, PeerPolicy } from '../../model/peer-authentication.ts';
import { openKube } from '../../support/kube.ts';
import type { CertificateRequest, MutualTls } from '../contracts.ts';
import { issueLeaf, newRoot, selfSignedLeaf } from '../../support/ca.ts';
import { EAST_WEST_PORT, gatewayAddresses, ISTIO_NAMESPACE } from './operator.ts';
import { gatewayCertificates } from './gateway-certificates.ts';
import { gatewayDoors } from './gateway-doors.ts';
import { whyClear, whyOpen, whyShut } from './peer-causes.ts';
import { istioRotation } from './rotation.ts';

const SECURITY = 'security.istio.io/v1';
const MODES: Record<PeerMode, string> = { strict: 'STRICT', permissive: 'PERMISSIVE', disabled: 'DISABLE' };

/** Clients as Istio's sidecars (Envoy with BoringSSL) judge them, and the policies that say what they judge by. */
export const istioPeers: Pick<
  MutualTls,
  | 'refusals'
  | 'demand'
  | 'issue'
  | 'entrances'
  | 'controlPlane'
  | 'gatewayCertificates'
  | 'gatewayDoors'
  | 'whyOpen'
  | 'whyShut'
  | 'whyClear'
> = {
  // BoringSSL maps X509 errors to alerts (ssl_x509.cc, SSL_alert_from_verify_result); an identity that Envoy does not
  // take is `certificate unknown` (default_validator.cc). Without a certificate TLS 1.2 knows no alert of its own.
  refusals: {
    'no certificate': ['certificate required', 'handshake failure'],
    'a self-signed one': ['unknown ca'],
    'one of another root': ['unknown ca'],
    'an expired one': ['certificate expired'],
    'one of another trust domain': ['certificate unknown'],
  },
  demand,
  issue,
  entrances: (cluster) => gatewayAddresses(cluster).map((host) => ({ host, port: EAST_WEST_PORT })),
  controlPlane: { host: `istiod.${ISTIO_NAMESPACE}.svc.cluster.local`, port: 15_012 },
  gatewayCertificates,
  gatewayDoors,
  whyOpen,
  whyShut,
  whyClear,
};

function demand({ namespace, mode, workloads = {} }: PeerPolicy): KubernetesObject[] {
  const object = (name: string, spec: object) =>
    ({
      apiVersion: SECURITY,
      kind: 'PeerAuthentication',
      metadata: { name, namespace },
      spec,
    }) as KubernetesObject;
  const mtls = (one: PeerMode) => ({ mode: MODES[one] });
  return [
    ...(mode ? [object('default', { mtls: mtls(mode) })] : []),
    ...Object.entries(workloads).map(([app, own]) =>
      object(app, {
        selector: { matchLabels: { app } },
        ...(own.mode ? { mtls: mtls(own.mode) } : {}),
        ...(own.ports
          ? {
              portLevelMtls: Object.fromEntries(
                Object.entries(own.ports).map(([port, one]) => [port, mtls(one)]),
              ),
            }
          : {}),
      }),
    ),
  ];
}

async function issue(cluster: LabCluster, wanted: CertificateRequest): Promise<ClientCertificate> {
  const { identity, signedBy, validity } = wanted;
  if (signedBy === 'itself') return selfSignedLeaf(identity);
  if (signedBy === 'another-root') return issueLeaf(await newRoot('Meshproof stranger', 1), identity);
  const secret = await openKube(cluster.kubeconfig).objects.read(istioRotation.settings.ref);
  const { signer } = istioRotation.settings.read(secret);
  const leaf = await issueLeaf(signer, identity, validity);
  return { certificate: `${leaf.certificate}${signer.certificate}`, key: leaf.key };
}
