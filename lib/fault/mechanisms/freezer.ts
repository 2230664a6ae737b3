import { tryExec } from '../../support/exec.ts';

/** What is done to the freezer of a container. */
type Way = 'thaw' | 'freeze for a moment';

/** Long enough for an engine that is free to unpause. */
const MOMENT_S = 2;

/** A container of the engine, as its list shows it: an `inspect` of one whose lock is held never answers. */
interface Listed {
  id: string;
  image: string;
  paused: boolean;
}

/**
 * Lets a container go on that stands still, and whatever waits for it in the engine; true when it runs afterwards. One that
 * runs, or is not there, is no error.
 *
 * `docker pause` and a `docker exec` that begins at the same moment can hold each other for ever: the new process is frozen
 * before it has told its parent that it is there, and `docker unpause` and `inspect` wait behind it (seen with docker 20.10 on
 * cgroup v1). The kernel's own switch has no such lock, so that is what frees them. The engine takes the container for
 * paused still, and will not unpause what runs: it is frozen once more for a moment, now that nobody starts anything in it,
 * and unpaused. That moment ends by itself, whatever becomes of us.
 */
export async function goOn(dockerHost: string, container: string): Promise<boolean> {
  const env = engine(dockerHost);
  for (let attempt = 0; attempt < 3; attempt++) {
    const unpaused = await tryExec('docker', ['unpause', container], { ...env, timeout: 5000 });
    if (unpaused.exitCode === 0) return true;
    const found = await listed(dockerHost, container);
    if (!found) return false;
    await turn(dockerHost, found, 'thaw');
    if (!(await standsStill(dockerHost, container))) return true;
    if (await unpausedWhileFrozen(dockerHost, container, found)) return true;
  }
  const found = await listed(dockerHost, container);
  if (found) await turn(dockerHost, found, 'thaw');
  return false;
}

/** Freezes a container for a moment, and has the engine unpause it meanwhile; true when it did. */
async function unpausedWhileFrozen(dockerHost: string, container: string, found: Listed): Promise<boolean> {
  const moment = turn(dockerHost, found, 'freeze for a moment');
  const over = new AbortController();
  void moment.finally(() => over.abort());
  let done = false;
  while (!done && !over.signal.aborted) {
    const options = { ...engine(dockerHost), timeout: 5000 };
    done = (await tryExec('docker', ['unpause', container], options)).exitCode === 0;
    if (!done) await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await moment;
  return done;
}

/** Whether the engine takes a container for paused; false when it is not there. Answers also when `inspect` does not. */
export async function standsStill(dockerHost: string, container: string): Promise<boolean> {
  return (await listed(dockerHost, container))?.paused ?? false;
}

async function listed(dockerHost: string, container: string): Promise<Listed | undefined> {
  const format = '{{.ID}} {{.Image}} {{.Status}}';
  const args = ['ps', '--all', '--no-trunc', '--filter', `name=^/${container}$`, '--format', format];
  const { stdout } = await tryExec('docker', args, { ...engine(dockerHost), timeout: 10_000 });
  const [id, image, ...status] = stdout.trim().split(' ');
  return id && image ? { id, image, paused: status.join(' ').endsWith('(Paused)') } : undefined;
}

/**
 * Turns the kernel's freezer of a container, in a helper with a view of the whole machine: who may use the engine need not
 * be root. A shell in the container's own image; it ends at once.
 */
async function turn(dockerHost: string, { id, image }: Listed, way: Way): Promise<void> {
  const helper = ['--rm', '--user', '0', '--privileged', '--network', 'none', '--cgroupns', 'host'];
  const view = ['--volume', '/sys/fs/cgroup:/sys/fs/cgroup', '--entrypoint', 'sh'];
  const args = ['run', ...helper, ...view, image, '-c', switchScript(id, way)];
  await tryExec('docker', args, { ...engine(dockerHost), timeout: 30_000 });
}

/**
 * The shell script that turns the freezer of a container, wherever a cgroup driver has put it. A machine with both versions
 * of cgroups freezes by the first: what is frozen by the second as well, nobody thaws.
 */
export function switchScript(id: string, way: Way, root = '/sys/fs/cgroup'): string {
  const find = (file: string) =>
    `find ${root} -maxdepth 6 -path '*${id}*/${file}' -not -path '*${id}*/*/${file}'`;
  const thaw = 'echo "$off" > "$file"';
  return [
    `file=$(${find('freezer.state')}); on=FROZEN; off=THAWED;`,
    `[ -n "$file" ] || { file=$(${find('cgroup.freeze')}); on=1; off=0; };`,
    way === 'thaw' ? thaw : `echo "$on" > "$file"; sleep ${MOMENT_S}; ${thaw}`,
  ].join(' ');
}

function engine(dockerHost: string) {
  return { env: { DOCKER_HOST: dockerHost } };
}
