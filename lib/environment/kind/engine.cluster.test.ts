import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { exec, tryExec } from '../../support/exec.ts';
import { commandLine, engineFiles, livePid, survivors, thisHost } from './engine-host.ts';

// A second private engine, in a folder and a network namespace of its own: it shares neither images nor firewall
// rules with the one that carries the labs.
test.skip(process.platform !== 'linux' || process.geteuid?.() !== 0, 'needs root on Linux');

test('a private engine starts, outlives its starter, copes with being killed, and stops', async () => {
  // A short path: sockets of containerd lie below it.
  const cache = await mkdtemp('/tmp/mp-engine-');
  const root = join(cache, 'engine');
  const files = engineFiles(root);
  const env = { MESHPROOF_CACHE: cache, DOCKER_HOST: files.dockerHost };
  const host = { ...thisHost(), root };
  const docker = async (...args: string[]) => (await exec('docker', args, { env })).stdout.trim();
  const start = () => call<{ owned: boolean; version: string }>('ensureEngine({ log: silentLog })', env);
  try {
    expect(await start()).toMatchObject({ owned: true });
    const pid = await livePid(host);
    expect(pid, 'it lives on although its starter has ended').toBeDefined();
    await Promise.all([start(), start()]);
    expect(await livePid(host), 'started once').toBe(pid);

    await importBusybox(cache, docker);
    const runSleeper = (name: string) =>
      docker(
        'run',
        '-d',
        '--privileged',
        '--network',
        'none',
        '--name',
        name,
        'busybox',
        '/busybox',
        'sleep',
        '600',
      );
    await runSleeper('first');
    const capabilities = await docker(
      'exec',
      '--privileged',
      'first',
      '/busybox',
      'grep',
      'CapEff',
      '/proc/self/status',
    );
    expect(capabilities, 'privileged, as far as the host can grant it').toMatch(/CapEff:\s+0*[1-9a-f]/);

    await test.step('the engine alone is killed', async () => {
      await killAndWait([pid ?? 0]);
      await start();
      expect(await docker('ps', '-q'), 'no container is taken for running').toBe('');
      await docker('start', 'first');
    });

    await test.step('everything is killed, and its pid is another program now', async () => {
      const inside = Number(await docker('inspect', '--format', '{{.State.Pid}}', 'first'));
      await killAndWait([(await livePid(host)) ?? 0, ...(await survivors(host)), inside]);
      expect(await survivors(host)).toEqual([]);
      await writeFile(files.pid, `${process.pid}`);
      await start();
      expect(await docker('ps', '-q'), 'no container is taken for running').toBe('');
      await docker('start', 'first');
      await runSleeper('second');
    });

    expect(await call('stopEngine()', env)).toBe(true);
    expect(await livePid(host)).toBeUndefined();
    expect(await survivors(host), 'no process stays').toEqual([]);
    expect(await readFile('/proc/self/mountinfo', 'utf8'), 'no mount stays').not.toContain(root);
    expect(await call('stopEngine()', env), 'nothing to stop').toBe(false);
    expect(await call('engineStatus()', env)).toMatchObject({ state: 'stopped', owned: true });
    await start();
    expect(await docker('images', '-q', 'busybox'), 'images outlive a stop').not.toBe('');
  } finally {
    await call('stopEngine()', env);
    await rm(cache, { recursive: true, force: true });
  }
});

/** Evaluates an expression of engine.ts in a process of its own, in a network namespace of its own. */
async function call<T>(expression: string, env: Record<string, string>): Promise<T> {
  const engine = JSON.stringify(join(import.meta.dirname, 'engine.ts'));
  const log = JSON.stringify(join(import.meta.dirname, '../../support/log.ts'));
  const program = `
    import { ensureEngine, engineStatus, stopEngine } from ${engine};
    import { silentLog } from ${log};
    console.log(JSON.stringify(await ${expression}));`;
  const node = [process.execPath, '--input-type=module', '-e', program];
  const script = 'ip link set lo up; exec "$@"';
  const { stdout } = await exec('unshare', ['--net', 'sh', '-c', script, 'sh', ...node], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

async function killAndWait(pids: number[]): Promise<void> {
  for (const pid of pids) {
    // Killing a shim may have taken its container with it.
    if (pid > 1) await tryExec('kill', ['-9', `${pid}`]);
  }
  await expect
    .poll(() => Promise.all(pids.map((pid) => commandLine(thisHost(), pid))))
    .toEqual(pids.map(() => undefined));
  await sleep(200);
}

async function importBusybox(cache: string, docker: (...args: string[]) => Promise<string>): Promise<void> {
  const folder = join(cache, 'image');
  await mkdir(folder);
  // Debian's busybox-static; a dynamic one would not start in an empty image.
  await copyFile('/bin/busybox', join(folder, 'busybox'));
  await exec('tar', ['-C', folder, '-cf', `${folder}.tar`, '.']);
  await docker('import', `${folder}.tar`, 'busybox');
}
