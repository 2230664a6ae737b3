import { MeshproofError } from '../../support/errors.ts';
import { type EngineHost, engineFiles } from './engine-host.ts';

/** Programs that the private engine runs, and the Debian or Ubuntu package that carries each. */
const programs: Readonly<Record<string, string>> = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
};

/** Packages that a private engine lacks on this host; `jq` only where the wrapper of runc is needed. */
async function missingEnginePackages(
  host: EngineHost,
  missingCapabilities: readonly string[],
): Promise<string[]> {
  const wanted = missingCapabilities.length > 0 ? { ...programs, jq: 'jq' } : programs;
  const found = await Promise.all(
    Object.entries(wanted).map(async ([program, name]) => {
      const PATH = `${host.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
      const reply = await host.run('sh', ['-c', `command -v ${program}`], { env: { PATH }, timeout: 10_000 });
      return reply.exitCode === 0 ? [] : [name];
    }),
  );
  return [...new Set(found.flat())];
}

/** Throws when a private engine cannot start here: not Linux, not root, packages missing, a path too long. */
export async function checkStartable(
  host: EngineHost,
  missingCapabilities: readonly string[],
): Promise<void> {
  if (host.platform !== 'linux') {
    throw new MeshproofError('environment', 'no Docker answers', {
      nextStep: 'start Docker Desktop (or another Docker), then try again',
    });
  }
  const packages = await missingEnginePackages(host, missingCapabilities);
  if (host.uid !== 0) {
    throw new MeshproofError('environment', 'no Docker answers, and a private engine needs root', {
      nextStep: `sudo apt-get update && sudo apt-get install -y docker.io && sudo usermod -aG docker "$USER" && newgrp docker`,
      facts: { packages },
    });
  }
  if (packages.length > 0) {
    throw new MeshproofError(
      'environment',
      `no Docker answers, and a private engine lacks: ${packages.join(', ')}`,
      {
        nextStep: `apt-get update && apt-get install -y ${packages.join(' ')} (or: npx meshproof doctor --fix)`,
        facts: { packages },
      },
    );
  }
  checkSocketLength(host.root);
}

/** A Unix socket's path has at most 107 bytes (sun_path in unix(7)); the longest here is containerd's debug socket. */
function checkSocketLength(root: string): void {
  const longest = `${engineFiles(root).exec}/containerd/containerd-debug.sock`;
  if (Buffer.byteLength(longest) <= 107) return;
  throw new MeshproofError('usage', `the path of the cache is too long for the engine's sockets: ${root}`, {
    nextStep: `set MESHPROOF_CACHE to a folder whose path is ${Buffer.byteLength(longest) - 107} characters shorter`,
  });
}
