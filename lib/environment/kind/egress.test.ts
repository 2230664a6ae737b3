import { expect, test } from '@playwright/test';
import type { ExecResult } from '../../support/exec.ts';
import { blockEgress, type EgressHost, egressBlocked, egressRules, unblockEgress } from './egress.ts';
import type { Engine } from './engine.ts';

const engine: Engine = { dockerHost: 'unix:///var/run/docker.sock', owned: false, version: '28', env: {} };
const lab = { environment: 'demo', network: 'kind-demo' };
const bridge = 'br-0123456789ab';
const ours = `-i ${bridge} ! -o ${bridge} -m comment --comment meshproof:demo -j DROP`;

/** A machine with an iptables of its own; its rules are in `chains`, by command and chain. */
function machine(changes: Partial<EgressHost> & { network?: object; refuse?: string } = {}) {
  const { network = { Id: '0123456789abcdef', EnableIPv6: false, Options: {} }, refuse, ...rest } = changes;
  const chains: Record<string, string[]> = {
    'iptables DOCKER-USER': ['-s 10.9.9.9/32 -m comment --comment meshproof:demo2 -j DROP', '-j RETURN'],
    'ip6tables FORWARD': [],
  };
  const reply = (exitCode: number, stdout = ''): ExecResult => ({
    exitCode,
    stdout,
    stderr: exitCode ? 'no' : '',
  });
  const iptables = (command: string, [, verb, chain, ...rest]: readonly string[]): ExecResult => {
    const name = `${command} ${verb === '-n' ? rest[0] : chain}`;
    const rules = chains[name];
    if (!rules || verb === refuse) return reply(1);
    const rule = rest.join(' ');
    if (verb === '-S') return reply(0, rules.map((line) => `-A ${chain} ${line}`).join('\n'));
    if (verb === '-C') return reply(rules.includes(rule) ? 0 : 1);
    if (verb === '-I') rules.unshift(rest.slice(1).join(' '));
    if (verb === '-D') rules.splice(rules.indexOf(rule), 1);
    return reply(0);
  };
  const host: EgressHost = {
    run: async (file, args) => (file === 'docker' ? reply(0, JSON.stringify(network)) : iptables(file, args)),
    uid: 0,
    platform: 'linux',
    hasInterface: () => true,
    ...rest,
  };
  return { host, chains };
}

test('adds one rule a family, finds it, and removes exactly it', async () => {
  const { host, chains } = machine();
  const before = structuredClone(chains);
  expect(await egressBlocked(engine, lab, host)).toMatchObject({ blocked: false });
  expect(await blockEgress(engine, lab, host)).toEqual({ blocked: true, bridge });
  const blocked = structuredClone(chains);
  expect(blocked['iptables DOCKER-USER']?.[0]).toBe(ours);
  expect(blocked['ip6tables FORWARD'], 'without a DOCKER-USER for IPv6').toEqual([ours]);
  await blockEgress(engine, lab, host);
  expect(chains, 'the second time changes nothing').toEqual(blocked);
  expect(await egressBlocked(engine, lab, host)).toEqual({ blocked: true, bridge });
  expect(await egressRules(undefined, lab, host), 'residue while they stand').toEqual([
    { command: 'iptables', chain: 'DOCKER-USER', bridge },
    { command: 'ip6tables', chain: 'FORWARD', bridge },
  ]);
  expect(await unblockEgress(undefined, lab, host)).toBe(2);
  expect(chains, 'as before, foreign rules included').toEqual(before);
  expect(await unblockEgress(undefined, lab, host)).toBe(0);
});

test('removes all of its rules when two processes added one at once, also of a network that is gone', async () => {
  const { host, chains } = machine();
  chains['iptables DOCKER-USER']?.unshift(ours, ours, ours.replaceAll(bridge, 'br-gone'));
  expect(await unblockEgress(undefined, lab, host)).toBe(3);
  expect(chains['iptables DOCKER-USER']).toHaveLength(2);
});

test('takes the name that a network gives its bridge', async () => {
  const Options = { 'com.docker.network.bridge.name': 'mesh0' };
  const { host } = machine({ network: { Id: 'x', EnableIPv6: false, Options } });
  expect(await blockEgress(engine, lab, host)).toEqual({ blocked: true, bridge: 'mesh0' });
});

test.describe('says why it cannot be closed from here', () => {
  const ipv6 = { Id: '0123456789abcdef', EnableIPv6: true, Options: null };
  for (const [why, changes, docker, without] of [
    ['needs root', { uid: 1000 }, engine, undefined],
    ['not on this machine', {}, { ...engine, dockerHost: 'tcp://build.example:2376' }, undefined],
    ['not on this machine', { platform: 'darwin' as const }, engine, undefined],
    ['not on this machine', { hasInterface: () => false }, engine, undefined],
    ['no chain DOCKER-USER', {}, engine, 'iptables DOCKER-USER'],
    ['ip6tables does not work', { network: ipv6 }, engine, 'ip6tables FORWARD'],
  ] as const) {
    test(`${why}: ${JSON.stringify(changes)} ${without ?? docker.dockerHost}`, async () => {
      const { host, chains } = machine(changes);
      if (without !== undefined) delete chains[without];
      const reason = expect.stringContaining(why);
      expect(await blockEgress(docker, lab, host)).toEqual({ blocked: false, reason });
      expect(JSON.stringify(chains)).not.toContain('meshproof:demo ');
    });
  }
});

test('a rule that is refused is an error, not a closed lab', async () => {
  const { host } = machine({ refuse: '-I' });
  await expect(blockEgress(engine, lab, host)).rejects.toThrow('refuses to close');
});
