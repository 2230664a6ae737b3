import { existsSync } from 'node:fs';
import { MeshproofError } from '../../support/errors.ts';
import { tryExec } from '../../support/exec.ts';
import type { Engine } from './engine.ts';

/** Whose lab is closed, and its docker network. */
export interface EgressTarget {
  environment: string;
  network: string;
}

/** Whether the way out is closed; with the reason when it cannot be closed from here. */
export type Egress = { blocked: true; bridge: string } | { blocked: false; reason: string };

/** Where the machine is asked and changed; injected by tests. */
export interface EgressHost {
  run: typeof tryExec;
  uid: number;
  platform: NodeJS.Platform;
  hasInterface: (name: string) => boolean;
}

const thisMachine = (): EgressHost => ({
  run: tryExec,
  uid: process.geteuid?.() ?? -1,
  platform: process.platform,
  hasInterface: (name) => existsSync(`/sys/class/net/${name}`),
});

/** IPv4 goes through the chain that Docker keeps for its users; where an older Docker has none for IPv6, FORWARD. */
const families = [
  { command: 'iptables', chains: ['DOCKER-USER'] },
  { command: 'ip6tables', chains: ['DOCKER-USER', 'FORWARD'] },
] as const;

/**
 * Closes the way out of a lab's network: a rule of ours, marked `meshproof:<environment>`, drops all that would be
 * forwarded from its bridge to anywhere else. Traffic inside the network, and between it and this machine, stays.
 * Idempotent; touches no other rule. Does not throw where it is impossible (not root, the engine is elsewhere):
 * it says why. Throws when a rule that should work does not take.
 */
export async function blockEgress(
  engine: Engine,
  target: EgressTarget,
  host = thisMachine(),
): Promise<Egress> {
  const place = await findPlace(engine, target, host);
  if ('reason' in place) return { blocked: false, reason: place.reason };
  for (const { command, chain } of place.chains) {
    const rule = dropRule(place.bridge, target.environment);
    if ((await host.run(command, ['-w', '-C', chain, ...rule])).exitCode === 0) continue;
    const added = await host.run(command, ['-w', '-I', chain, '1', ...rule]);
    if (added.exitCode === 0) continue;
    throw new MeshproofError(
      'environment',
      `${command} refuses to close the lab's way out: ${added.stderr}`,
      {
        nextStep: `${command} -I ${chain} 1 ${rule.join(' ')}`,
      },
    );
  }
  return { blocked: true, bridge: place.bridge };
}

/** Whether the rules of {@link blockEgress} are in place. */
export async function egressBlocked(
  engine: Engine,
  target: EgressTarget,
  host = thisMachine(),
): Promise<Egress> {
  const place = await findPlace(engine, target, host);
  if ('reason' in place) return { blocked: false, reason: place.reason };
  for (const { command, chain } of place.chains) {
    const rule = dropRule(place.bridge, target.environment);
    const found = await host.run(command, ['-w', '-C', chain, ...rule]);
    if (found.exitCode !== 0) return { blocked: false, reason: `${command} has no such rule in ${chain}` };
  }
  return { blocked: true, bridge: place.bridge };
}

/**
 * Removes every rule that {@link blockEgress} made for the environment, also when its network (or the engine) is
 * gone already. Promises how many there were. Other rules stay.
 */
export async function unblockEgress(
  engine: Engine | undefined,
  target: Pick<EgressTarget, 'environment'>,
  host = thisMachine(),
): Promise<number> {
  const rules = await egressRules(engine, target, host);
  for (const { command, chain, bridge } of rules) {
    const gone = await host.run(command, ['-w', '-D', chain, ...dropRule(bridge, target.environment)]);
    if (gone.exitCode !== 0) throw new MeshproofError('environment', `${command}: ${gone.stderr}`);
  }
  return rules.length;
}

/** Every rule that {@link blockEgress} made for the environment and that still stands; none where one could not be made. */
export async function egressRules(
  engine: Engine | undefined,
  { environment }: Pick<EgressTarget, 'environment'>,
  host = thisMachine(),
): Promise<{ command: string; chain: string; bridge: string }[]> {
  const elsewhere = engine !== undefined && !engine.dockerHost.startsWith('unix://');
  if (elsewhere || host.platform !== 'linux' || host.uid !== 0) return [];
  const rules = [];
  for (const { command, chains } of families) {
    for (const chain of chains) {
      const bridges = await markedBridges(command, chain, environment, host);
      rules.push(...bridges.map((bridge) => ({ command, chain, bridge })));
    }
  }
  return rules;
}

function dropRule(bridge: string, environment: string): string[] {
  const mark = ['-m', 'comment', '--comment', `meshproof:${environment}`];
  return ['-i', bridge, '!', '-o', bridge, ...mark, '-j', 'DROP'];
}

type Place = { bridge: string; chains: { command: string; chain: string }[] } | { reason: string };

async function findPlace(engine: Engine, target: EgressTarget, host: EgressHost): Promise<Place> {
  if (host.platform !== 'linux' || !engine.dockerHost.startsWith('unix://')) {
    return { reason: `the engine at ${engine.dockerHost} is not on this machine` };
  }
  if (host.uid !== 0) return { reason: 'changing the firewall needs root' };
  const { bridge, ipv6 } = await describeNetwork(engine, target.network, host);
  if (!host.hasInterface(bridge)) return { reason: `the engine's bridge ${bridge} is not on this machine` };
  const chains = [];
  for (const { command, chains: candidates } of families) {
    const chain = await firstChain(command, candidates, host);
    if (chain !== undefined) chains.push({ command, chain });
    else if (command === 'iptables') return { reason: 'the engine keeps no chain DOCKER-USER here' };
    else if (ipv6) return { reason: 'the network has IPv6, and ip6tables does not work here' };
  }
  return { bridge, chains };
}

async function firstChain(
  command: string,
  chains: readonly string[],
  host: EgressHost,
): Promise<string | undefined> {
  for (const chain of chains) {
    if ((await host.run(command, ['-w', '-n', '-L', chain])).exitCode === 0) return chain;
  }
  return undefined;
}

async function describeNetwork(engine: Engine, network: string, host: EgressHost) {
  const args = ['network', 'inspect', '--format', '{{json .}}', network];
  const reply = await host.run('docker', args, { env: engine.env });
  if (reply.exitCode !== 0)
    throw new MeshproofError('environment', `docker network ${network}: ${reply.stderr}`);
  const found = JSON.parse(reply.stdout) as {
    Id: string;
    EnableIPv6: boolean;
    Options: Record<string, string> | null;
  };
  const named = found.Options?.['com.docker.network.bridge.name'];
  // Docker names a bridge after the first 12 digits of its network's id unless told otherwise.
  return { bridge: named ?? `br-${found.Id.slice(0, 12)}`, ipv6: found.EnableIPv6 };
}

/** Bridges of our rules in a chain, as often as they stand there. */
async function markedBridges(command: string, chain: string, environment: string, host: EgressHost) {
  const listed = await host.run(command, ['-w', '-S', chain]);
  if (listed.exitCode !== 0) return [];
  return listed.stdout.split('\n').flatMap((line) => {
    const words = line.split(' ').map((word) => word.replace(/^"|"$/g, ''));
    const bridge = words[words.indexOf('-i') + 1];
    const ours =
      words[words.indexOf('--comment') + 1] === `meshproof:${environment}` && words.includes('DROP');
    return ours && bridge !== undefined ? [bridge] : [];
  });
}
