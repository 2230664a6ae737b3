import type { Plane } from '../model/fault.ts';

/** TCP ports of each plane between clusters and nodes: Istio's east-west gateway; API servers, kubelets and istiod; DNS. */
export const PLANE_PORTS: Record<Plane, readonly number[]> = {
  data: [15_443],
  control: [6443, 10_250, 15_010, 15_012, 15_017],
  dns: [53],
};

/** The interface of a kind node that leads out of it. */
const OUTSIDE = 'eth0';
/** Before connection tracking and address translation, so that packets are seen as they came (`raw`). */
const ON_ARRIVAL = 'type filter hook prerouting priority -300; policy accept;';
/** What the node's own processes send. */
const ON_LEAVING = 'type filter hook output priority -300; policy accept;';

/** Drops what comes from these addresses, in one plane or all. */
export function dropFrom(sources: readonly string[], plane?: Plane): string {
  return chain('arrival', ON_ARRIVAL, matching([from(sources)], plane, 'drop'));
}

/** Drops a share of what comes from these addresses, by chance. */
export function loseFrom(sources: readonly string[], percent: number): string {
  return chain('arrival', ON_ARRIVAL, [`${from(sources)} ${byChance(percent)} counter drop`]);
}

/** Drops what comes from these addresses faster than so many kilobits a second; a burst of a tenth of a second may pass. */
export function policeFrom(sources: readonly string[], kbit: number): string {
  const bytes = Math.round((kbit * 1000) / 8);
  const burst = Math.max(3000, Math.round(bytes / 10));
  return chain('arrival', ON_ARRIVAL, [
    `${from(sources)} limit rate over ${bytes} bytes/second burst ${burst} bytes counter drop`,
  ]);
}

/** Sends connections from these addresses to one port to another one of the same node; before what Kubernetes makes of them. */
export function redirectFrom(sources: readonly string[], port: number, to: number): string {
  const hook = 'type nat hook prerouting priority -110; policy accept;';
  return chain('arrival', hook, [`${from(sources)} tcp dport ${port} counter redirect to :${to}`]);
}

/** Where relays listen in the nodes, by what they are for; no port of Kubernetes, nor of a mesh. */
export const RELAY_PORTS = { link: 15_990, 'dns-latency': 15_991, 'dns-wrong-answers': 15_992 } as const;
/** The user that a relay runs as: what it asks itself is not sent to it again. No other of the node's own processes has this number. */
export const RELAY_UID = 15_990;

/**
 * Sends DNS questions for one address to a relay on the node, those of its pods and its own; before what Kubernetes makes of
 * them. What the relay asks goes its way. Its address is the one that it answers from, or nobody would know its answers.
 */
export function redirectDns(resolver: string, relay: { address: string; port: number }): string {
  const hook = (name: string) => `type nat hook ${name} priority -110; policy accept;`;
  const rules = (where: string) =>
    ['udp', 'tcp'].map(
      (transport) =>
        `${where}ip daddr ${resolver} ${transport} dport 53 counter dnat ip to ${relay.address}:${relay.port}`,
    );
  return [
    chain('arrival', hook('prerouting'), rules(`iifname != "${OUTSIDE}" `)),
    chain('leaving', hook('output'), rules(`meta skuid != ${RELAY_UID} `)),
  ].join('');
}

/** Drops IP packets from these addresses that are longer than so many bytes. Segments that the kernel has joined count as one. */
export function dropLargeFrom(sources: readonly string[], bytes: number): string {
  return chain('arrival', ON_ARRIVAL, [`${from(sources)} ip length > ${bytes} counter drop`]);
}

/**
 * Drops what comes into a node and leaves it, in one plane or all; resolution also of the pods on it. What is sent to these
 * TCP ports of the node, and answered from there, passes.
 */
export function isolate(plane?: Plane, open: readonly number[] = []): string {
  if (plane === 'dns') return dropDns();
  return [
    chain('arrival', ON_ARRIVAL, [
      ...passing('dport', open),
      ...matching([`iifname "${OUTSIDE}"`], plane, 'drop'),
    ]),
    chain('leaving', ON_LEAVING, [
      ...passing('sport', open),
      ...matching([`oifname "${OUTSIDE}"`], plane, 'drop'),
    ]),
  ].join('');
}

/**
 * Drops a share of the DNS questions that begin on a node: those of its pods, of its resolvers, and of itself. Each is
 * counted once, wherever it goes.
 */
export function loseDns(percent: number): string {
  const rules = (where: string) =>
    ['udp', 'tcp'].map((transport) => `${where}${transport} dport 53 ${byChance(percent)} counter drop`);
  return [
    chain('arrival', ON_ARRIVAL, rules(`iifname != "${OUTSIDE}" `)),
    chain('leaving', ON_LEAVING, rules('')),
  ].join('');
}

/** Refuses connections to the API server on its own node, from wherever, and cuts those that are open. */
export function refuseApi(): string {
  const hook = 'type filter hook input priority -300; policy accept;';
  return chain('arrival', hook, ['tcp dport 6443 counter reject with tcp reset']);
}

/**
 * Drops connections that the node's connection table does not know yet, but for those to these TCP ports; priority after
 * conntrack (-200).
 */
export function dropNew(open: readonly number[] = []): string {
  const hook = 'type filter hook prerouting priority -150; policy accept;';
  return chain('arrival', hook, [...passing('dport', open), `iifname != "lo" ct state new counter drop`]);
}

function passing(end: 'dport' | 'sport', ports: readonly number[]): string[] {
  return ports.length === 0 ? [] : [`tcp ${end} { ${ports.join(', ')} } accept`];
}

function dropDns(): string {
  const rules = ['udp', 'tcp'].flatMap((transport) =>
    ['dport', 'sport'].map((end) => `${transport} ${end} 53 counter drop`),
  );
  return chain('arrival', ON_ARRIVAL, rules) + chain('leaving', ON_LEAVING, rules);
}

/** One rule without a plane, else one for each end and transport that belongs to it. */
function matching(conditions: readonly string[], plane: Plane | undefined, verdict: string): string[] {
  const where = conditions.join(' ');
  if (plane === undefined) return [`${where} counter ${verdict}`];
  const ports = `{ ${PLANE_PORTS[plane].join(', ')} }`;
  const transports = plane === 'dns' ? ['tcp', 'udp'] : ['tcp'];
  return transports.flatMap((transport) =>
    ['dport', 'sport'].map((end) => `${where} ${transport} ${end} ${ports} counter ${verdict}`),
  );
}

function from(sources: readonly string[]): string {
  return `ip saddr { ${sources.join(', ')} }`;
}

/** The kernel's own generator of random numbers, to a hundredth of a per cent. */
function byChance(percent: number): string {
  return `numgen random mod 10000 < ${Math.max(1, Math.round(percent * 100))}`;
}

function chain(name: string, hook: string, rules: readonly string[]): string {
  return [`  chain ${name} {`, `    ${hook}`, ...rules.map((rule) => `    ${rule}`), '  }', ''].join('\n');
}
