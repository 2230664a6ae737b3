import { engineStatus } from '../../environment/kind/engine.ts';
import { MeshproofError } from '../../support/errors.ts';
import { canInstall, type Check, isDebian } from '../check.ts';

/** Programs that Meshproof runs on this machine, the Debian package of each, and what for. */
const programs = [
  { program: 'dockerd', name: 'docker.io', use: 'a private engine' },
  { program: 'docker', name: 'docker.io', use: 'the engine' },
  { program: 'containerd', name: 'containerd', use: 'a private engine' },
  { program: 'runc', name: 'runc', use: 'a private engine' },
  { program: 'iptables', name: 'iptables', use: 'a private engine' },
  { program: 'jq', name: 'jq', use: 'a private engine' },
  { program: 'ip', name: 'iproute2', use: 'faults' },
  { program: 'debootstrap', name: 'debootstrap', use: 'images from source' },
  { program: 'python3 -m pip', name: 'python3-pip', use: 'images from source' },
] as const;

interface PackageFacts {
  missing: { name: string; use: string }[];
  debian: boolean;
  /** The user's own Docker answers, so that nothing is needed for a private one. */
  ownDocker: boolean;
}

export const packageCheck: Check<PackageFacts> = {
  id: 'packages',
  title: 'packages',
  probe: async (host) => {
    const { run, env } = host.engine;
    const PATH = `${env['PATH'] ?? ''}:/usr/sbin:/sbin`;
    const missing = [];
    for (const { program, name, use } of programs) {
      const script = program.includes(' ') ? `${program} --version` : `command -v ${program}`;
      const found = await run('sh', ['-c', script], { env: { PATH }, timeout: 20_000 });
      if (found.exitCode !== 0) missing.push({ name, use });
    }
    const { state, owned } = await engineStatus(host.engine);
    return { missing, debian: await isDebian(host), ownDocker: state === 'running' && !owned };
  },
  judge: (facts) => {
    const wanted = wantedPackages(facts);
    if (wanted.length === 0) return { level: 'ok', found: 'all there' };
    const names = [...new Set(wanted.map(({ name }) => name))];
    const uses = [...new Set(wanted.map(({ use }) => use))];
    const command = aptCommands(names);
    const remedy = facts.debian
      ? command
      : `install with your package manager: ${names.join(' ')} (Debian's names)`;
    return { level: 'warn', found: `without ${names.join(', ')}: needed for ${uses.join(', ')}`, remedy };
  },
  fixable: canInstall,
  fix: async (host, facts, log) => {
    const names = [...new Set(wantedPackages(facts).map(({ name }) => name))];
    log.info(`packages: installing ${names.join(' ')}`);
    for (const args of [['update'], ['install', '-y', ...names]]) {
      const options = {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        onLine: (line: string) => log.debug(line),
      };
      const reply = await host.engine.run('apt-get', args, options);
      if (reply.exitCode !== 0)
        throw new MeshproofError('environment', `apt-get ${args[0]}: ${reply.stderr.slice(-500)}`);
    }
  },
};

function wantedPackages({ missing, ownDocker }: PackageFacts) {
  return missing.filter(({ use }) => !(ownDocker && use === 'a private engine'));
}

function aptCommands(names: readonly string[]): string {
  return `sudo apt-get update && sudo apt-get install -y ${names.join(' ')}`;
}
