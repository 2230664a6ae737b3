import type { ClusterFacts, Facts, ProxyFacts } from '../model/diagnosis.ts';
import type { Cause } from './cause.ts';

/** What is wrong on the way from the caller to the service: its endpoints, the proxy's view of them, the name. */
export function pathCauses(facts: Facts): Cause[] {
  const { to } = facts.question;
  if (!to) return [];
  return [
    ...facts.clusters.flatMap((cluster) => serviceCauses(cluster, facts)),
    ...(facts.proxy ? proxyCauses(facts.proxy, facts) : []),
    ...dnsCauses(facts),
    ...facts.clusters.flatMap(({ cluster, networkPolicies }) =>
      networkPolicies.map((words) => ({ weight: 50, words: `${cluster}: NetworkPolicy ${words}` })),
    ),
  ];
}

function serviceCauses({ cluster, service, unreadable }: ClusterFacts, { question }: Facts): Cause[] {
  const { to, from } = question;
  if (!to || !service || unreadable !== undefined) return [];
  if (!service.exists) {
    // A name must be there where it is called from; elsewhere it may be left out on purpose.
    const weight = cluster === from?.cluster ? 94 : cluster === to.cluster ? 93 : 30;
    return [{ weight, words: `${cluster}: there is no service ${to.namespace}/${to.service}` }];
  }
  if (service.ready.length > 0) return [];
  if (to.cluster !== undefined && cluster !== to.cluster) return [];
  // Without pods it may have no copy there on purpose: said when nothing else is known.
  const weight = to.cluster !== undefined || service.notReady.length > 0 ? 93 : 31;
  const waiting = service.notReady.length > 0 ? ` (not ready: ${service.notReady.join(', ')})` : '';
  return [{ weight, words: `${cluster}: ${to.service} has no ready endpoint${waiting}` }];
}

/** Clusters that have ready endpoints, yet the caller's proxy has none that leads there. */
function missingInProxy(proxy: ProxyFacts, { clusters, question }: Facts): string[] {
  const known = new Set(proxy.endpoints.map(({ cluster }) => cluster));
  return clusters
    .filter(({ cluster, service }) => (service?.ready.length ?? 0) > 0 && !known.has(cluster))
    .map(({ cluster }) => cluster)
    .filter((cluster) => question.to?.cluster === undefined || cluster === question.to.cluster);
}

function proxyCauses(proxy: ProxyFacts, facts: Facts): Cause[] {
  const { to, from } = facts.question;
  const who = `the proxy of ${from?.workload ?? proxy.pod} in ${proxy.cluster}`;
  const cause = (weight: number, words: string): Cause => ({ weight, words });
  if (!proxy.knowsService) {
    return [cause(96, `${who} has never heard of ${to?.service}${whyMissing(to?.cluster, facts)}`)];
  }
  const missing = missingInProxy(proxy, facts);
  const strange = proxy.endpoints.filter(({ cluster }) => cluster === undefined);
  const ill = proxy.endpoints.filter(({ healthy }) => !healthy);
  const failing = proxy.endpoints.filter(({ failures }) => failures > 0);
  return [
    ...missing.map((cluster) =>
      cause(97, `endpoints for ${cluster} are missing in ${who}${whyMissing(cluster, facts)}`),
    ),
    ...strange.map(({ address }) =>
      cause(85, `${who} has an endpoint at ${address}, which belongs to no cluster`),
    ),
    ...byCluster(ill).map(([cluster, them]) =>
      cause(
        80,
        `${who} holds ${them.length} endpoint(s) in ${cluster} for ill: ${them[0]?.why ?? 'unhealthy'}`,
      ),
    ),
    ...byCluster(failing).map(([cluster, them]) =>
      cause(
        40,
        `${who} counted ${sum(them)} failed tries at ${them.map(({ address }) => address).join(', ')} (${cluster})`,
      ),
    ),
    ...(proxy.refusals ?? []).slice(0, 2).map((words) => cause(90, `${who} turned away ${words}`)),
    ...(proxy.rejected > 0
      ? [cause(84, `${who} turned down ${proxy.rejected} configuration update(s)`)]
      : []),
    ...(proxy.certificateNotAfter !== undefined && proxy.certificateNotAfter < facts.at
      ? [
          cause(
            95,
            `the certificate of ${who} expired at ${new Date(proxy.certificateNotAfter).toISOString()}`,
          ),
        ]
      : []),
  ];
}

/** Joined to a missing endpoint: what its control plane lacks, in the same sentence. */
function whyMissing(cluster: string | undefined, { clusters, question, proxy }: Facts): string {
  const home = clusters.find((one) => one.cluster === (question.from?.cluster ?? proxy?.cluster));
  if (cluster === undefined || cluster === home?.cluster || !home?.mesh) return '';
  const peer = home.mesh.peers.find((one) => one.cluster === cluster);
  const plane = `${home.mesh.controlPlane} in ${home.cluster}`;
  if (peer && !peer.hasAccess) return `; ${plane} has no remote secret for ${cluster}`;
  if (peer && !peer.watched)
    return `; ${plane} does not watch cluster ${cluster}: ${peer.detail ?? 'not in step'}`;
  const there = clusters.find((one) => one.cluster === cluster)?.mesh;
  if (there?.gateway.published.length === 0)
    return `; the east-west gateway of ${cluster} is published at no address`;
  const gateway = clusters
    .find((one) => one.cluster === cluster)
    ?.deployments.find(({ name }) => name === there?.gateway.name);
  if (gateway?.available === 0) return `; ${cluster} has no gateway that runs`;
  const { held } = home.mesh;
  if (!held) return '';
  const count = held[cluster] ?? 0;
  // Cluster-local by its settings, or because it saw an EndpointSlice before its Service (Istio with MCS).
  return count > 0
    ? `; ${plane} has ${count} of them and keeps them to callers in ${cluster}`
    : `; ${plane} watches ${cluster} and has none of them`;
}

function dnsCauses({ dns, question }: Facts): Cause[] {
  if (!dns) return [];
  const where = question.from?.cluster ?? 'the caller';
  if (dns.outcome !== 'ok') {
    // Silence once may be a busy machine; an answer is an answer.
    const weight = dns.outcome === 'dns-timeout' ? 64 : 95;
    return [{ weight, words: `${where}: ${dns.name} does not resolve: ${dns.outcome}` }];
  }
  const odd = dns.answers.filter((address) => !dns.expected.includes(address));
  if (odd.length === 0 || dns.expected.length === 0) return [];
  return [
    {
      weight: 87,
      words: `${where}: ${dns.name} resolves to ${odd.join(', ')}, and its service has ${dns.expected.join(', ')}`,
    },
  ];
}

function byCluster<T extends { cluster?: string }>(endpoints: readonly T[]): [string, T[]][] {
  return [...Map.groupBy(endpoints, ({ cluster }) => cluster ?? 'no cluster')];
}

function sum(endpoints: readonly { failures: number }[]): number {
  return endpoints.reduce((total, { failures }) => total + failures, 0);
}
