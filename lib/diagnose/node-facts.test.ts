import { expect, test } from '@playwright/test';
import { oddDirectives, parseNode } from './node-facts.ts';

const HEALTHY = `-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -j DROP
-A KUBE-SERVICES -d 10.110.0.1/32 -m comment --comment "x has no endpoints" -j REJECT
-A FORWARD -d 10.110.0.0/16 -m comment --comment meshproof-cni -j REJECT --reject-with icmp-port-unreachable
---
table ip filter {
	chain KUBE-FIREWALL {
		counter packets 0 bytes 0 drop
	}
}
---
qdisc noqueue 0: dev eth0 root refcnt 2
---
281: eth0@if282: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP
`;

test('the rules that Kubernetes writes are no news', () => {
  expect(parseNode(HEALTHY)).toEqual({ dropRules: [], shaping: [], mtu: 1500 });
});

test('a foreign drop in iptables or nftables, and shaping, are found', () => {
  const answer = HEALTHY.replace('---', '-A FORWARD -d 192.0.2.7/32 -p tcp -m tcp --dport 15443 -j DROP\n---')
    .replace(
      '---\nqdisc',
      'table inet outage {\n\tchain arrival {\n\t\tip saddr 192.0.2.9 counter packets 3 bytes 1 drop\n\t}\n}\n---\nqdisc netem 1: dev eth0 root limit 1000 delay 100ms\nqdisc',
    )
    .replace('mtu 1500', 'mtu 1280');
  expect(parseNode(answer)).toEqual({
    dropRules: [
      '-A FORWARD -d 192.0.2.7/32 -p tcp -m tcp --dport 15443 -j DROP',
      'inet outage arrival: ip saddr 192.0.2.9 counter packets 3 bytes 1 drop',
    ],
    shaping: ['qdisc netem 1: dev eth0 root limit 1000 delay 100ms'],
    mtu: 1280,
  });
});

test('a node that does not answer says nothing', () => {
  expect(parseNode('')).toEqual({ dropRules: [], shaping: [] });
});

test('a Corefile that changes answers is found, the default one is not', () => {
  const corefile =
    '.:53 {\n errors\n kubernetes cluster.local in-addr.arpa {\n  pods insecure\n  ttl 30\n }\n loadbalance\n cache 30\n}';
  expect(oddDirectives(corefile)).toEqual([]);
  expect(oddDirectives(corefile.replace('errors', 'errors\n rewrite name a b'))).toEqual([
    'rewrite name a b',
  ]);
});
