import type { ClusterFacts, Facts, MeshFacts } from '../model/diagnosis.ts';
import { about, type Cause, concerns } from './cause.ts';
import { configurationCauses } from './configuration-rules.ts';
import { pathCauses } from './path-rules.ts';

/** A remark below this is not worth a line in a verdict. */
const WORTH_SAYING = 30;
/** Weight of what is wrong and has probably nothing to do with the question. */
const REMARK = 32;
/** A line of a verdict, not a page; the diagnosis that is attached has all. */
const LONGEST = 320;

/** What explains best that the call in question fails, the likeliest first. Pure: facts in, words out. */
export function likelyCauses(facts: Facts): string[] {
  const causes = [
    ...facts.clusters.flatMap((cluster) => clusterCauses(cluster, facts)),
    ...pathCauses(facts),
    ...configurationCauses(facts),
  ];
  const words = causes
    .filter(({ weight }) => weight >= WORTH_SAYING)
    .sort((a, b) => b.weight - a.weight)
    .map((cause) => oneLine(cause.words));
  return [...new Set(words)];
}

function oneLine(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line;
}

function clusterCauses(cluster: ClusterFacts, facts: Facts): Cause[] {
  const name = cluster.cluster;
  const cause = (weight: number, words: string) => ({
    weight: about(weight, name, facts),
    words: `${name}: ${words}`,
  });
  if (cluster.unreadable !== undefined) return [cause(100, `its API does not answer: ${cluster.unreadable}`)];
  return [
    ...cluster.nodes.flatMap((node) => [
      ...(node.ready ? [] : [cause(92, `node ${node.name} is not ready`)]),
      ...some(node.dropRules, (rules) => cause(93, `node ${node.name} drops packets: ${rules}`)),
      ...some(node.shaping, (rules) => cause(60, `node ${node.name} slows or loses packets: ${rules}`)),
    ]),
    ...oddMtu(cluster).map((words) => cause(70, words)),
    ...cluster.deployments
      .filter(({ available, wanted }) => available < wanted)
      .map((one) =>
        cause(
          concerns(one, facts) ? 90 : REMARK,
          `${one.name}: ${one.available} of ${one.wanted} replicas available`,
        ),
      ),
    ...cluster.deployments
      .filter(({ wanted, name }) => wanted === 0 && name === 'coredns')
      .map(() => cause(91, 'coredns is scaled to zero: nobody answers for cluster.local')),
    ...cluster.pods
      .filter(({ trouble }) => trouble !== undefined)
      .map((pod) =>
        cause(
          concerns(pod, facts) ? (pod.ready ? 45 : 75) : REMARK,
          `pod ${pod.namespace}/${pod.name} on ${pod.node || 'no node'} ${pod.ready ? 'was' : 'is'} in trouble: ${pod.trouble}`,
        ),
      ),
    ...cluster.oddDns.map((directive) => cause(62, `CoreDNS is configured with ${directive}`)),
    ...(cluster.mesh ? meshCauses(cluster.mesh, cluster.nodes.length, facts, cause) : []),
  ];
}

function oddMtu({ nodes }: ClusterFacts): string[] {
  const sizes = new Set(nodes.flatMap(({ mtu }) => mtu ?? []));
  if (sizes.size < 2) return [];
  return [`its nodes differ in MTU: ${nodes.map(({ name, mtu }) => `${name} ${mtu ?? '?'}`).join(', ')}`];
}

function meshCauses(
  mesh: MeshFacts,
  nodes: number,
  facts: Facts,
  cause: (weight: number, words: string) => Cause,
): Cause[] {
  const { gateway, network } = mesh;
  const near = (proxy: string, weight: number) => (concerns(podOf(proxy), facts) ? weight : REMARK);
  const foreign = gateway.published.filter((address) => !gateway.nodeAddresses.includes(address));
  return [
    ...mesh.peers
      .filter(({ hasAccess, watched }) => !hasAccess || !watched)
      .map((peer) => cause(94, peerWords(peer, mesh.controlPlane))),
    ...foreign.map((address) =>
      cause(91, `the east-west gateway is published at ${address}, which is no node of the cluster`),
    ),
    ...(gateway.published.length === 0 && nodes > 0
      ? [cause(91, 'the east-west gateway is published at no address')]
      : []),
    ...(network.label === network.expected
      ? []
      : [
          cause(88, `its network label says ${network.label ?? 'nothing'}, and it is on ${network.expected}`),
        ]),
    ...(mesh.unreadable === undefined
      ? []
      : [cause(84, `${mesh.controlPlane} does not say what its proxies know: ${mesh.unreadable}`)]),
    ...mesh.rejections.map((words) => cause(near(words, 86), `configuration is turned down: ${words}`)),
    ...mesh.stale.map(({ proxy, kinds }) =>
      cause(near(proxy, 66), `the proxy of ${proxy} has not confirmed its newest ${kinds.join(', ')}`),
    ),
    ...mesh.unserved.map((pod) => cause(near(pod, 68), `no control plane serves the proxy of ${pod}`)),
    ...mesh.certificates
      .filter(({ notAfter }) => notAfter < facts.at)
      .map(({ what, notAfter }) => cause(89, `${what} expired at ${new Date(notAfter).toISOString()}`)),
  ];
}

/** `cart-1.shop` or `cart-1.shop: words` → pod and namespace. */
function podOf(proxy: string): { name: string; namespace: string } {
  const [name = '', namespace = ''] = proxy.split(': ')[0]?.split('.') ?? [];
  return { name, namespace };
}

function peerWords({ cluster, hasAccess, detail }: MeshFacts['peers'][number], controlPlane: string): string {
  const why = hasAccess ? (detail ?? 'not in step') : `${controlPlane} has no remote secret for ${cluster}`;
  return `control plane does not watch cluster ${cluster}: ${why}`;
}

/** One cause for a list of things, the first three named. */
function some(things: readonly string[], make: (words: string) => Cause): Cause[] {
  if (things.length === 0) return [];
  const more = things.length > 3 ? ` and ${things.length - 3} more` : '';
  return [make(`${things.slice(0, 3).join('; ')}${more}`)];
}
