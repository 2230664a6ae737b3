import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import { openKube } from '../../support/kube.ts';
import { ISTIO_NAMESPACE } from './operator.ts';

/** Keeps ports of a pod out of the proxy's hands; Istio reads it when the pod is made. */
const EXCLUDED_PORTS = 'traffic.sidecar.istio.io/excludeInboundPorts';

const SECURITY = 'security.istio.io/v1';

interface Authentication extends KubernetesObject {
  spec?: {
    selector?: { matchLabels?: Record<string, string> };
    mtls?: { mode?: string };
    portLevelMtls?: Record<string, { mode?: string }>;
  };
}

interface DestinationRule extends KubernetesObject {
  spec?: { host?: string; trafficPolicy?: { tls?: { mode?: string } } };
}

interface Gateway extends KubernetesObject {
  spec?: {
    selector?: Record<string, string>;
    servers?: { port?: { number?: number; protocol?: string }; tls?: { mode?: string } }[];
  };
}

/** What in the cluster's configuration lets plaintext or a client without a certificate in at this port. */
export async function whyOpen(cluster: LabCluster, pod: V1Pod, port: number): Promise<string[]> {
  const { objects } = openKube(cluster.kubeconfig);
  const [policies, filters, gateways] = await Promise.all([
    objects.list<Authentication>(SECURITY, 'PeerAuthentication'),
    objects.list('networking.istio.io/v1alpha3', 'EnvoyFilter'),
    objects.list<Gateway>('networking.istio.io/v1', 'Gateway'),
  ]);
  const applies = inReachOf(pod);
  const excluded = pod.metadata?.annotations?.[EXCLUDED_PORTS];
  return [
    ...(excluded?.split(',').some((one) => one.trim() === String(port) || one.trim() === '*')
      ? [`its annotation ${EXCLUDED_PORTS} is "${excluded}": the proxy never sees this port`]
      : []),
    ...decidingWords(policies.items.filter(applies), { pod, port, strict: false }),
    ...inClear(gateways.items, pod, port),
    ...filters.items.filter(applies).map((one) => `there is an EnvoyFilter ${nameOf(one)}`),
  ];
}

/** The policy that makes a pod's port demand a certificate, in words: there is no narrower one. */
export async function whyShut(cluster: LabCluster, pod: V1Pod, port: number): Promise<string[]> {
  const { objects } = openKube(cluster.kubeconfig);
  const { items } = await objects.list<Authentication>(SECURITY, 'PeerAuthentication');
  const words = decidingWords(items.filter(inReachOf(pod)), { pod, port, strict: true });
  return words.map((one) => `${one}, and no narrower policy says otherwise`);
}

/** What in the cluster's configuration makes its workloads send in clear, in words. */
export async function whyClear(cluster: LabCluster): Promise<string[]> {
  const { objects } = openKube(cluster.kubeconfig);
  const rules = await objects.list<DestinationRule>('networking.istio.io/v1', 'DestinationRule');
  return rules.items
    .filter(({ spec }) => spec?.trafficPolicy?.tls?.mode === 'DISABLE')
    .map((rule) => `DestinationRule ${nameOf(rule)} turns TLS off toward ${rule.spec?.host ?? '(no host)'}`);
}

/** Of policies for the port, the workload, the namespace and the mesh the narrowest, where it is STRICT, or is not. */
function decidingWords(
  policies: readonly Authentication[],
  { pod, port, strict }: { pod: V1Pod; port: number; strict: boolean },
): string[] {
  const selecting = policies.filter(({ spec }) => selects(spec?.selector?.matchLabels ?? {}, pod));
  const own = selecting.filter(({ spec }) => spec?.selector !== undefined);
  const wide = selecting.filter(({ spec }) => spec?.selector === undefined);
  const ofNamespace = ({ metadata }: Authentication) => metadata?.namespace === pod.metadata?.namespace;
  const levels: [string, readonly Authentication[], (policy: Authentication) => string | undefined][] = [
    [`port ${port}`, own, ({ spec }) => spec?.portLevelMtls?.[String(port)]?.mode],
    ['this workload', own, ({ spec }) => spec?.mtls?.mode],
    ['its namespace', wide.filter(ofNamespace), ({ spec }) => spec?.mtls?.mode],
    ['the whole mesh', wide.filter((policy) => !ofNamespace(policy)), ({ spec }) => spec?.mtls?.mode],
  ];
  for (const [what, some, modeOf] of levels) {
    const deciding = some.find((policy) => (modeOf(policy) ?? 'UNSET') !== 'UNSET');
    if (!deciding) continue;
    const mode = modeOf(deciding);
    const words = `PeerAuthentication ${nameOf(deciding)} says ${mode} for ${what}`;
    return (mode === 'STRICT') === strict ? [words] : [];
  }
  return [];
}

/** True for what is in the pod's namespace, or in the one that counts for the whole mesh. */
function inReachOf({ metadata: of }: V1Pod) {
  return ({ metadata }: KubernetesObject) =>
    metadata?.namespace === of?.namespace || metadata?.namespace === ISTIO_NAMESPACE;
}

/** Servers that open a gateway's port without TLS. */
function inClear(gateways: readonly Gateway[], pod: V1Pod, port: number): string[] {
  return gateways
    .filter(({ spec }) => selects(spec?.selector ?? {}, pod))
    .flatMap((gateway) =>
      (gateway.spec?.servers ?? [])
        .filter((server) => server.port?.number === port && server.tls === undefined)
        .map(
          (server) =>
            `Gateway ${nameOf(gateway)} opens port ${port} for ${server.port?.protocol}, without TLS`,
        ),
    );
}

function selects(labels: Record<string, string>, { metadata }: V1Pod): boolean {
  return Object.entries(labels).every(([label, value]) => metadata?.labels?.[label] === value);
}

function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
