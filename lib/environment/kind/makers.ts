import { readdirSync, readFileSync } from 'node:fs';
import { KIND_CLUSTER_LABEL } from './config.ts';

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
  return processes(proc, (program, args) => makes(program, args, cluster));
}

/** A `docker run` that kind began for a node of this cluster; it outlives kind, and ends once the node has started. */
export function isBeingStarted(cluster: string, proc = '/proc'): boolean {
  const label = `${KIND_CLUSTER_LABEL}=${cluster}`;
  const starts = (program: string, args: string[]): boolean =>
    program === 'docker' && args[0] === 'run' && args.includes(label);
  return processes(proc, starts).length > 0;
}

function processes(proc: string, matches: (program: string, args: string[]) => boolean): number[] {
  let entries: string[];
  try {
    entries = readdirSync(proc);
  } catch {
    return [];
  }
  return entries
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      const [path = '', ...args] = commandLine(`${proc}/${pid}/cmdline`);
      return matches(path.split('/').at(-1) ?? '', args);
    })
    .map(Number);
}

function makes(program: string, args: string[], cluster: string): boolean {
  if (/^kind(-.*)?$/.test(program)) {
    return args[0] === 'create' && args[1] === 'cluster' && args[args.indexOf('--name') + 1] === cluster;
  }
  return (
    program === 'docker' && args[0] === 'events' && args.includes(`label=${KIND_CLUSTER_LABEL}=${cluster}`)
  );
}

function commandLine(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\0');
  } catch {
    return [];
  }
}
