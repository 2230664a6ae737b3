import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Log } from '../../support/log.ts';
import { commandLine, type EngineHost, engineFiles, survivors } from './engine-host.ts';

/**
 * Makes the folder of an engine that was killed ready for a new start; call it only while no dockerd of ours lives.
 * - A pid file is removed: its pid may be another program by now, and dockerd would refuse to start.
 * - With no shim alive, the state of running containers (`exec`) describes nothing: it is unmounted and removed,
 *   as a reboot would have done with /run. Images, containers and volumes (`data`) stay.
 * - With shims alive, all stays as it is: the new dockerd finds its containers by it, and stops them.
 */
export async function clearLeftovers(host: EngineHost, log: Log): Promise<void> {
  const files = engineFiles(host.root);
  await rm(files.pid, { force: true });
  await rm(files.socket, { force: true });
  const alive = await survivors(host);
  if (alive.length > 0) {
    log.debug(`engine: ${alive.length} processes of a killed engine still run; the new one takes them over`);
    await dropStalePid(host, files.containerdPid);
    return;
  }
  await unmountLeftovers(host, log);
  // A mount that would not go makes this fail; dockerd can still cope with what is left.
  await rm(files.exec, { recursive: true, force: true }).catch((error: unknown) =>
    log.warn(`engine: cannot clear ${files.exec}: ${String(error)}`),
  );
}

/**
 * Unmounts what an engine that has ended left mounted in its folder: its killed containers, and its data folder,
 * which it binds onto itself. Call it only while none of its processes lives.
 */
export async function unmountLeftovers(host: EngineHost, log: Log): Promise<void> {
  for (const mount of await mountsUnder(host, host.root)) {
    const gone = await host.run('umount', ['--lazy', mount], { timeout: 20_000 });
    if (gone.exitCode !== 0) log.warn(`engine: cannot unmount ${mount}: ${gone.stderr}`);
  }
}

/** dockerd waits for a containerd that its pid file names, whatever program has that pid now. */
async function dropStalePid(host: EngineHost, file: string): Promise<void> {
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).trim());
  const words = pid > 1 ? await commandLine(host, pid) : undefined;
  if (basename(words?.[0] ?? '') !== 'containerd') await rm(file, { force: true });
}

/** Mount points below `folder`, innermost first. */
async function mountsUnder(host: EngineHost, folder: string): Promise<string[]> {
  const table = await readFile(join(host.proc, 'self', 'mountinfo'), 'utf8').catch(() => '');
  return table
    .split('\n')
    .map((line) => unescapeMount(line.split(' ')[4] ?? ''))
    .filter((mount) => mount.startsWith(`${folder}/`))
    .toReversed();
}

/** mountinfo writes space, tab, newline and backslash as three octal digits (proc(5)). */
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
