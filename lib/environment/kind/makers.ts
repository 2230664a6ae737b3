import { readdirSync, readFileSync } from 'node:fs';

/**
 * Ends every process on this machine that makes this kind cluster, or watches it being made, and gives their ids. A run
 * that was killed leaves them, and kind goes on making nodes. The name is ours alone: environment and cluster together.
 * Where there is no /proc nothing is found.
 */
export function killMakers(cluster: string, proc = '/proc'): number[] {
  return makersOf(cluster, proc).filter((pid) => {
    try {
      return process.kill(pid, 'SIGKILL');
    } catch {
      return false;
    }
  });
}

/** Process ids of `kind create cluster --name CLUSTER …` and of `docker events` for the nodes of this cluster. */
export function makersOf(cluster: string, proc = '/proc'): number[] {
  let entries: string[];
  try {
    entries = readdirSync(proc);
  } catch {
    return [];
  }
  return entries
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => makes(commandLine(`${proc}/${pid}/cmdline`), cluster))
    .map(Number);
}

function makes([program = '', ...args]: readonly string[], cluster: string): boolean {
  const name = program.split('/').at(-1) ?? '';
  if (/^kind(-.*)?$/.test(name)) {
    return args[0] === 'create' && args[1] === 'cluster' && args[args.indexOf('--name') + 1] === cluster;
  }
  return name === 'docker' && args[0] === 'events' && args.includes(`label=io.x-k8s.kind.cluster=${cluster}`);
}

function commandLine(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\0');
  } catch {
    return [];
  }
}
