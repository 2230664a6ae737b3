import { expect, test } from '@playwright/test';
import {
  dropFrom,
  dropLargeFrom,
  dropNew,
  isolate,
  loseDns,
  loseFrom,
  policeFrom,
  redirectFrom,
  refuseApi,
} from './rulesets.ts';

const SOURCES = ['192.0.2.1', '192.0.2.2'];
/** What each rule does, without the hooks. */
const rulesOf = (chains: string) =>
  chains
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes('counter'));

for (const [what, chains, rules] of [
  ['a partition', dropFrom(SOURCES), ['ip saddr { 192.0.2.1, 192.0.2.2 } counter drop']],
  [
    'a partition of the data plane',
    dropFrom(SOURCES, 'data'),
    [
      'ip saddr { 192.0.2.1, 192.0.2.2 } tcp dport { 15443 } counter drop',
      'ip saddr { 192.0.2.1, 192.0.2.2 } tcp sport { 15443 } counter drop',
    ],
  ],
  [
    'loss',
    loseFrom(SOURCES, 2.5),
    ['ip saddr { 192.0.2.1, 192.0.2.2 } numgen random mod 10000 < 250 counter drop'],
  ],
  [
    'a limit of the rate',
    policeFrom(SOURCES, 512),
    ['ip saddr { 192.0.2.1, 192.0.2.2 } limit rate over 64000 bytes/second burst 6400 bytes counter drop'],
  ],
  [
    'a black hole',
    dropLargeFrom(SOURCES, 1400),
    ['ip saddr { 192.0.2.1, 192.0.2.2 } ip length > 1400 counter drop'],
  ],
  ['a lost node', isolate(), ['iifname "eth0" counter drop', 'oifname "eth0" counter drop']],
  ['a lost API server', refuseApi(), ['tcp dport 6443 counter reject with tcp reset']],
  ['a full connection table', dropNew(), ['iifname != "lo" ct state new counter drop']],
  [
    'a detour',
    redirectFrom(SOURCES, 15_443, 15_990),
    ['ip saddr { 192.0.2.1, 192.0.2.2 } tcp dport 15443 counter redirect to :15990'],
  ],
] as const) {
  test(`${what}: the rules are these`, () => {
    expect(rulesOf(chains)).toEqual(rules);
    // What no rule is about passes.
    expect(chains.match(/policy /g)?.length).toBe(chains.match(/policy accept;/g)?.length);
  });
}

test('the DNS of a node is that of its pods too, over UDP and TCP, questions and answers', () => {
  const rules = rulesOf(isolate('dns'));
  expect(rules).toHaveLength(8);
  for (const rule of rules) expect(rule).toMatch(/^(udp|tcp) [ds]port 53 counter drop$/);
});

test('a share that is above nothing is never rounded to nothing', () => {
  expect(loseFrom(SOURCES, 0.001)).toContain('< 1 counter');
  expect(loseDns(100)).toContain('< 10000 counter');
});
