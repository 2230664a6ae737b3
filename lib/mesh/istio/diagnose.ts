import { homeOf } from '../../analysis/address-home.ts';
import type { DiagnosisQuestion, MeshFacts, ProxyFacts } from '../../model/diagnosis.ts';
import type { Environment } from '../../model/environment.ts';
import type { LabCluster } from '../../model/lab.ts';
import { type Kube, ignoreMissing, openKube, secondsSince } from '../../support/kube.ts';
import type { MeshInspection } from '../tells.ts';
import {
  controlPlaneSays,
  peerOf,
  rejections,
  rejectionsOf,
  staleOf,
  unserved,
} from './diagnose-control-plane.ts';
import { type IstioObject, settingsOf } from './diagnose-settings.ts';
import { tuningOf } from './diagnose-tuning.ts';
import { meshManifests } from './manifests.ts';
import { leaders } from './leaders.ts';
import { refusalsIn } from './refusals.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';
import {
  PROXY_CONTAINER,
  hasProxy,
  outboundOf,
  parseExpiry,
  parseUpstreams,
  sumStats,
  upstreamsPath,
  withAdmin,
} from './proxy-admin.ts';

/** What Istio itself says about its state. */
export const inspection: MeshInspection = {
  proxyContainer: PROXY_CONTAINER,
  facts,
  proxy,
  rejections,
  leaders,
};

const SETTINGS = [
  ['security.istio.io', 'v1', 'peerauthentications'],
  ['security.istio.io', 'v1', 'authorizationpolicies'],
  ['security.istio.io', 'v1', 'requestauthentications'],
  ['networking.istio.io', 'v1', 'destinationrules'],
  ['networking.istio.io', 'v1', 'virtualservices'],
  ['networking.istio.io', 'v1', 'serviceentries'],
  ['networking.istio.io', 'v1', 'sidecars'],
  ['networking.istio.io', 'v1', 'gateways'],
  ['networking.istio.io', 'v1alpha3', 'envoyfilters'],
  ['telemetry.istio.io', 'v1', 'telemetries'],
] as const;

/** Of a proxy's log, which has a line for each call of every test. */
const LATEST_LINES = 1000;

async function facts(
  cluster: LabCluster,
  context: { environment: Environment; clusters: readonly LabCluster[]; question: DiagnosisQuestion },
): Promise<MeshFacts> {
  const kube = openKube(cluster.kubeconfig);
  const { core } = kube;
  const { to } = context.question;
  const [objects, secrets, gateway, namespace, said, pods, service] = await Promise.all([
    readSettings(kube),
    core.listNamespacedSecret({ namespace: ISTIO_NAMESPACE, labelSelector: 'istio/multiCluster=true' }),
    ignoreMissing(core.readNamespacedService({ namespace: ISTIO_NAMESPACE, name: EAST_WEST_GATEWAY })),
    ignoreMissing(core.readNamespace({ name: ISTIO_NAMESPACE })),
    controlPlaneSays(kube, to && { name: to.service, namespace: to.namespace }),
    core.listPodForAllNamespaces(),
    to && ignoreMissing(core.readNamespacedService({ namespace: to.namespace, name: to.service })),
  ]);
  const others = context.clusters.filter(({ name }) => name !== cluster.name);
  const withAccess = new Set(secrets.items.flatMap(({ data }) => Object.keys(data ?? {})));
  return {
    controlPlane: 'istiod',
    ...(said.unreadable === undefined ? {} : { unreadable: said.unreadable }),
    peers: others.map(({ name }) => peerOf(name, withAccess.has(name), said.clusters)),
    ...(said.held ? { held: said.held } : {}),
    gateway: {
      name: EAST_WEST_GATEWAY,
      published: (gateway?.status?.loadBalancer?.ingress ?? []).map(
        ({ ip, hostname }) => ip ?? hostname ?? '',
      ),
      nodeAddresses: [...cluster.nodes.map(({ address }) => address), ...(cluster.gateways ?? [])],
    },
    network: { expected: cluster.network, label: namespace?.metadata?.labels?.['topology.istio.io/network'] },
    rejections: said.proxies.flatMap(rejectionsOf),
    stale: said.proxies.flatMap(staleOf),
    // One that was silent may serve whom the others don't.
    unserved: said.unreadable === undefined ? unserved(pods.items, said.proxies) : [],
    settings: [
      ...settingsOf(
        objects,
        meshManifests(context.environment) as IstioObject[],
        context.question,
        service?.spec?.selector,
      ),
      ...tuningOf(pods.items),
    ],
    certificates: said.certificates,
  };
}

async function readSettings({ custom }: Kube): Promise<IstioObject[]> {
  const lists = await Promise.all(
    SETTINGS.map(async ([group, version, plural]) => {
      const list = (await ignoreMissing(custom.listClusterCustomObject({ group, version, plural }))) as
        | { items?: IstioObject[] }
        | undefined;
      return list?.items ?? [];
    }),
  );
  return lists.flat();
}

async function proxy(
  cluster: LabCluster,
  pod: { namespace: string; name: string },
  context: { clusters: readonly LabCluster[]; question: DiagnosisQuestion },
): Promise<ProxyFacts | undefined> {
  const kube = openKube(cluster.kubeconfig);
  const found = await ignoreMissing(kube.core.readNamespacedPod(pod));
  if (!found || !hasProxy(found)) return undefined;
  const { to } = context.question;
  return withAdmin(cluster, pod, async (read) => {
    const filter = to ? `${to.service}.${to.namespace}.svc` : 'no-service-was-asked-for';
    const [upstreams, stats, certificates] = await Promise.all([
      read(upstreamsPath(filter)).then(parseUpstreams),
      read('/stats?filter=update_rejected'),
      read('/certs'),
    ]);
    const ours = to
      ? upstreams.filter(({ name }) => outboundOf({ name: to.service, namespace: to.namespace }).test(name))
      : [];
    const notAfter = parseExpiry(certificates);
    const endpoints = endpointsOf(ours, context.clusters);
    const refusals = await refusalsOf(kube, pod, context.question, endpoints);
    return {
      pod: pod.name,
      cluster: cluster.name,
      knowsService: to === undefined || ours.length > 0,
      endpoints,
      ...(refusals.length > 0 ? { refusals } : {}),
      rejected: sumStats(stats),
      ...(notAfter === undefined ? {} : { certificateNotAfter: notAfter }),
    };
  });
}

/** The end of its log says why; asked only where tries failed. */
async function refusalsOf(
  { core }: Kube,
  pod: { namespace: string; name: string },
  { to, since }: DiagnosisQuestion,
  endpoints: ProxyFacts['endpoints'],
): Promise<string[]> {
  if (!to || endpoints.every(({ failures }) => failures === 0)) return [];
  const log = await core
    .readNamespacedPodLog({
      ...pod,
      container: PROXY_CONTAINER,
      tailLines: LATEST_LINES,
      ...(since === undefined ? {} : { sinceSeconds: secondsSince(since) }),
    })
    .catch(() => '');
  return refusalsIn(log, { name: to.service, namespace: to.namespace });
}

/** One row for an address: the ports of a service share a gateway, and its pods. */
function endpointsOf(
  upstreams: readonly ReturnType<typeof parseUpstreams>[number][],
  clusters: readonly LabCluster[],
) {
  const byAddress = Map.groupBy(
    upstreams.flatMap(({ endpoints }) => endpoints),
    ({ address }) => address.replace(/:\d+$/, ''),
  );
  return [...byAddress].map(([address, them]) => {
    const home = homeOf(address, clusters);
    const ill = them.find(({ healthy }) => !healthy);
    return {
      address,
      ...(home === undefined ? {} : { cluster: home }),
      healthy: ill === undefined,
      ...(ill?.why === undefined ? {} : { why: ill.why }),
      requests: them.reduce((sum, { requests }) => sum + requests, 0),
      failures: them.reduce((sum, { failed, connectFailed }) => sum + failed + connectFailed, 0),
    };
  });
}
