import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import type { LabCluster } from '../../model/lab.ts';
import { openKube, waitFor } from '../../support/kube.ts';
import { environmentDir } from '../../support/paths.ts';
import type { TrustRotation, TrustSettings } from '../contracts.ts';
import { ensureRoot, issueIntermediate, issueLeaf, newRoot } from '../../support/ca.ts';
import { ECDSA_KEYS, ISTIO_NAMESPACE, MULTI_ROOT } from './operator.ts';

/** A leaf of 90 s that is renewed when 95 % of it are left: every 4.5 s, and 85 s in reserve if istiod restarts. */
const LIFETIME_S = 90;
const RENEWED_WHEN_LEFT = 0.95;
/** Every namespace gets a ConfigMap of this name; proxies check istiod's own certificate with it. */
const ROOTS_CONFIG_MAP = 'istio-ca-root-cert';
/** A changed bundle is in all ConfigMaps within a second or two; the kubelet may take 90 s to show istiod the secret. */
const SETTLE_MS = 150_000;

type SecretObject = KubernetesObject & { data?: Record<string, string>; stringData?: Record<string, string> };

/** Rotation as istiod does it: it watches the mounted secret `cacerts` (pilot/pkg/bootstrap/istio_ca.go, handleEvent). */
export const istioRotation: TrustRotation = {
  shortLived: {
    // ECDSA, because a new RSA key every few seconds for each of these pods would be felt by every latency test on the machine.
    annotations: {
      'proxy.istio.io/config': stringify({
        proxyMetadata: {
          SECRET_TTL: `${LIFETIME_S}s`,
          SECRET_GRACE_PERIOD_RATIO: `${RENEWED_WHEN_LEFT}`,
          ...ECDSA_KEYS,
        },
      }),
    },
    lifetimeMs: LIFETIME_S * 1000,
    renewedAfterMs: Math.round(LIFETIME_S * (1 - RENEWED_WHEN_LEFT) * 1000),
  },
  whyRootsStay,
  settings: {
    ref: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cacerts', namespace: ISTIO_NAMESPACE } },
    readBy: { namespace: ISTIO_NAMESPACE, labelSelector: 'app=istiod' },
    read,
    write,
  },
  rootOf: async (environment) => {
    const dir = join(environmentDir(environment), 'trust');
    return existsSync(join(dir, 'root-key.pem')) ? ensureRoot(dir) : undefined;
  },
  newRoot: () => newRoot('Meshproof second root', 1),
  newSigner: async (root, cluster) => {
    const { certificate, key, chain } = await issueIntermediate(root, cluster);
    return { signer: { certificate, key }, chain };
  },
  async newLeaf({ signer }, identity) {
    const leaf = await issueLeaf(signer, identity);
    return { certificate: `${leaf.certificate}${signer.certificate}`, key: leaf.key };
  },
  settled: (cluster) =>
    waitFor(`${cluster.name}: every namespace has the roots of istiod's secret`, () => distributed(cluster), {
      timeoutMs: SETTLE_MS,
      nextStep: `kubectl --kubeconfig ${cluster.kubeconfig} -n ${ISTIO_NAMESPACE} logs deploy/istiod | grep -i cacerts`,
    }).then(() => undefined),
};

async function whyRootsStay(cluster: LabCluster): Promise<string | undefined> {
  const { apps } = openKube(cluster.kubeconfig);
  const istiod = await apps.readNamespacedDeployment({ namespace: ISTIO_NAMESPACE, name: 'istiod' });
  const env = istiod.spec?.template.spec?.containers.flatMap((container) => container.env ?? []) ?? [];
  const [[name, wanted] = ['', '']] = Object.entries(MULTI_ROOT);
  if (env.some((one) => one.name === name && one.value === wanted)) return undefined;
  return `istiod in ${cluster.name} runs without ${name}: it takes no second root while it runs (mesh.istio.multiRoot)`;
}

function read(secret: SecretObject): TrustSettings {
  const text = (name: string) => Buffer.from(secret.data?.[name] ?? '', 'base64').toString();
  return {
    signer: { certificate: text('ca-cert.pem'), key: text('ca-key.pem') },
    chain: text('cert-chain.pem'),
    roots: text('root-cert.pem').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [],
  };
}

function write(secret: SecretObject, { signer, chain, roots }: TrustSettings): SecretObject {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  return {
    ...secret,
    data: {
      ...secret.data,
      'ca-cert.pem': encode(signer.certificate),
      'ca-key.pem': encode(signer.key),
      'cert-chain.pem': encode(chain),
      'root-cert.pem': encode(bundleOf(roots)),
    },
  };
}

/** Roots that are as they were give the same bytes: istiod takes another newline for another bundle, and tells everybody. */
function bundleOf(roots: readonly string[]): string {
  return roots
    .map((pem, index) => (index === roots.length - 1 || pem.endsWith('\n') ? pem : `${pem}\n`))
    .join('');
}

/** True when all ConfigMaps say what the secret says: istiod has read it, and has told the namespaces. */
async function distributed(cluster: LabCluster): Promise<boolean> {
  const { core } = openKube(cluster.kubeconfig);
  const secret = await core.readNamespacedSecret({ namespace: ISTIO_NAMESPACE, name: 'cacerts' });
  const wanted = Buffer.from(secret.data?.['root-cert.pem'] ?? '', 'base64').toString();
  const { items } = await core.listConfigMapForAllNamespaces({
    fieldSelector: `metadata.name=${ROOTS_CONFIG_MAP}`,
  });
  return items.length > 0 && items.every(({ data }) => data?.['root-cert.pem'] === wanted);
}
