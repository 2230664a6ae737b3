import type { NodeFacts } from '../model/diagnosis.ts';
import { CNI_RULE } from '../model/lab.ts';

/** What a node is asked: filter rules that are not Kubernetes' own, queueing, and the way to the other nodes. */
export const NODE_QUESTION = [
  'sh',
  '-c',
  [
    'iptables-save 2>/dev/null | grep -E -- "-j (DROP|REJECT|TARPIT)"',
    'echo ---',
    'nft list ruleset 2>/dev/null',
    'echo ---',
    'tc qdisc show 2>/dev/null',
    'echo ---',
    'ip -o link show eth0 2>/dev/null',
    'true',
  ].join('; '),
] as const;

/** Reads the answer to {@link NODE_QUESTION}. */
export function parseNode(answer: string): Pick<NodeFacts, 'dropRules' | 'shaping' | 'mtu'> {
  const [iptables = '', nft = '', qdiscs = '', link = ''] = answer.split(/^---$/m);
  const mtu = /\bmtu (\d+)/.exec(link)?.[1];
  return {
    dropRules: [...lines(iptables).filter(isForeign), ...foreignDrops(nft)],
    shaping: lines(qdiscs).filter((line) => /qdisc (netem|tbf|htb|ingress|clsact|prio|cake)\b/.test(line)),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
  };
}

/** kube-proxy, the kubelet and our CNI write such rules themselves. */
function isForeign(rule: string): boolean {
  return !/^-A (KUBE-|ISTIO_|CNI-|DOCKER)/.test(rule) && !rule.includes(`--comment ${CNI_RULE} `);
}

/**
 * Rules that drop or reject in tables of native nftables. iptables keeps its own in `table ip filter` and the like, and
 * those are seen through iptables already.
 */
function foreignDrops(ruleset: string): string[] {
  let table = '';
  let chain = '';
  const found: string[] = [];
  for (const line of lines(ruleset)) {
    const opened = /^table (\S+ \S+) \{/.exec(line)?.[1];
    if (opened !== undefined) table = opened;
    chain = /^chain (\S+) \{/.exec(line)?.[1] ?? chain;
    if (/^(ip6?|bridge|arp) (filter|nat|mangle|raw|security)$/.test(table)) continue;
    if (/\b(drop|reject)\b/.test(line) && !/^table|^chain/.test(line))
      found.push(`${table} ${chain}: ${line}`);
  }
  return found;
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Directives of a Corefile that change or replace answers, and that neither kubeadm nor EKS writes. */
export function oddDirectives(corefile: string): string[] {
  return lines(corefile).filter((line) =>
    /^(rewrite|template|hosts|file|auto|acl|header|erratic|loadbalance \w+|any|view|minimal|local)\b/.test(
      line,
    ),
  );
}
