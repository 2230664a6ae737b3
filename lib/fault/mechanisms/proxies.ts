import { X509Certificate } from 'node:crypto';
import type { FaultPlan } from '../../model/fault-plan.ts';
import { lookScript } from './authority-scripts.ts';
import { inNode } from './in-node.ts';
import { controlPlaneOf, isReady, kubectlJson, type PodSeen } from './kubectl.ts';

/** What the proxy of a pod holds: what it shows to others, its own certificate first, and whom it trusts. */
export interface ProxySeen {
  /** `namespace/name`. */
  pod: string;
  isReady: boolean;
  chain: X509Certificate[];
  roots: X509Certificate[];
}

interface ContainerSeen {
  name: string;
  state?: { running?: object };
}

type ProxyPod = PodSeen & {
  metadata: { namespace: string };
  status?: { containerStatuses?: ContainerSeen[]; initContainerStatuses?: ContainerSeen[] };
};

interface SecretsDump {
  configs?: {
    secret?: {
      tls_certificate?: { certificate_chain?: { inline_bytes?: string } };
      validation_context?: { trusted_ca?: { inline_bytes?: string } };
    };
  }[];
}

/** Proxies that are asked in one go: one takes about 0.15 s, and a command in a node 30 s at most. */
const AT_ONCE = 40;

/** What the proxies of the cluster hold; of so many of them, when there are more. One that does not answer holds nothing here. */
export async function proxiesOf(plan: FaultPlan, most = Number.POSITIVE_INFINITY): Promise<ProxySeen[]> {
  const { items } = await kubectlJson<{ items: ProxyPod[] }>(plan, ['get', 'pods', '--all-namespaces']);
  const pods = items.filter(runsProxy).slice(0, most);
  const seen: ProxySeen[] = [];
  for (let from = 0; from < pods.length; from += AT_ONCE) {
    const some = pods.slice(from, from + AT_ONCE);
    const { stdout } = await inNode(plan, controlPlaneOf(plan), ['bash', '-s'], lookScript(some.map(nameOf)));
    const held = heldIn(stdout);
    for (const pod of some) {
      const { chain = [], roots = [] } = held.get(nameOf(pod)) ?? {};
      seen.push({ pod: nameOf(pod), isReady: isReady(pod), chain, roots });
    }
  }
  return seen;
}

/** Reads what {@link lookScript} prints: dumps of Envoy's secrets (admin.v3.SecretsConfigDump), private keys redacted by it. */
export function heldIn(printed: string): Map<string, Pick<ProxySeen, 'chain' | 'roots'>> {
  const parts = printed.split(/^== /m).slice(1);
  return new Map(
    parts.map((part) => {
      const [pod = ''] = part.split('\n', 1);
      const secrets = secretsIn(part.slice(pod.length));
      const chain = secrets.flatMap((one) => one?.tls_certificate?.certificate_chain?.inline_bytes ?? []);
      const roots = secrets.flatMap((one) => one?.validation_context?.trusted_ca?.inline_bytes ?? []);
      return [pod, { chain: chain.flatMap(certificatesIn), roots: roots.flatMap(certificatesIn) }];
    }),
  );
}

function secretsIn(text: string) {
  try {
    return ((JSON.parse(text) as SecretsDump).configs ?? []).map(({ secret }) => secret);
  } catch {
    // It did not answer, or not to the end.
    return [];
  }
}

function certificatesIn(encoded: string): X509Certificate[] {
  const pem = Buffer.from(encoded, 'base64').toString();
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );
}

function runsProxy({ metadata, status }: ProxyPod): boolean {
  const containers = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return (
    metadata.deletionTimestamp === undefined &&
    containers.some(({ name, state }) => name === 'istio-proxy' && state?.running !== undefined)
  );
}

function nameOf({ metadata }: ProxyPod): string {
  return `${metadata.namespace}/${metadata.name}`;
}
