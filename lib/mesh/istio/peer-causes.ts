import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import type { LabCluster } from '../../model/lab.ts';
import { openKube } from '../../support/kube.ts';
import { ISTIO_NAMESPACE } from './operator.ts';

/** Keeps ports of a pod out of the proxy's hands; Istio reads it when the pod is made. */
const EXCLUDED_PORTS = 'traffic.sidecar.istio.io/excludeInboundPorts';

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

/** What in the cluster's configuration lets plaintext or a client without a certificate in at this port. */
export async function whyOpen(cluster: LabCluster, pod: V1Pod, port: number): Promise<string[]> {
  const { objects } = openKube(cluster.kubeconfig);
  const namespace = pod.metadata?.namespace ?? '';
  const [policies, filters] = await Promise.all([
    objects.list<Authentication>('security.istio.io/v1', 'PeerAuthentication'),
    objects.list('networking.istio.io/v1alpha3', 'EnvoyFilter'),
  ]);
  const applies = ({ metadata }: KubernetesObject) =>
    metadata?.namespace === namespace || metadata?.namespace === ISTIO_NAMESPACE;
  const excluded = pod.metadata?.annotations?.[EXCLUDED_PORTS];
  return [
    ...(excluded?.split(',').some((one) => one.trim() === String(port) || one.trim() === '*')
      ? [`its annotation ${EXCLUDED_PORTS} is "${excluded}": the proxy never sees this port`]
      : []),
    ...loosest(policies.items.filter(applies), pod, port),
    ...filters.items.filter(applies).map((one) => `there is an EnvoyFilter ${nameOf(one)}`),
  ];
}

/** What in the cluster's configuration makes its workloads send in clear, in words. */
export async function whyClear(cluster: LabCluster): Promise<string[]> {
  const { objects } = openKube(cluster.kubeconfig);
  const rules = await objects.list<DestinationRule>('networking.istio.io/v1', 'DestinationRule');
  return rules.items
    .filter(({ spec }) => spec?.trafficPolicy?.tls?.mode === 'DISABLE')
    .map((rule) => `DestinationRule ${nameOf(rule)} turns TLS off toward ${rule.spec?.host ?? '(no host)'}`);
}

/** The policy that decides, where it is no STRICT one: of the port, the workload, the namespace, the mesh. */
function loosest(policies: readonly Authentication[], pod: V1Pod, port: number): string[] {
  const selecting = policies.filter(({ spec }) =>
    Object.entries(spec?.selector?.matchLabels ?? {}).every(
      ([label, value]) => pod.metadata?.labels?.[label] === value,
    ),
  );
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
    return mode === 'STRICT' ? [] : [`PeerAuthentication ${nameOf(deciding)} says ${mode} for ${what}`];
  }
  return [];
}

function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
