import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { exec, tryExec } from '../../support/exec.ts';
import { silentLog } from '../../support/log.ts';
import { blockEgress, egressBlocked, unblockEgress } from './egress.ts';
import { type Engine, ensureEngine } from './engine.ts';

// A piece of "the outside" that this test makes itself: a network namespace behind a veth pair, with addresses of
// the benchmarking range (RFC 2544) that exist nowhere but here.
const outside = { name: 'mp-outside', host: '198.18.77.1', server: '198.18.77.2', port: 8077 };
const lab = { environment: 'egress-test', network: 'mp-egress-test' };
const image = 'meshproof-egress-test:busybox';
const answer = 'hello from outside';

test.skip(process.platform !== 'linux' || process.geteuid?.() !== 0, 'needs root on Linux');

test('a lab has no way out of the machine while it is blocked, and keeps its inside', async () => {
  const engine = await ensureEngine({ log: silentLog });
  let server: ChildProcess | undefined;
  try {
    await importBusybox(engine);
    server = await makeOutside();
    await docker(engine, 'network', 'create', lab.network);
    await docker(engine, 'run', '-d', '--name', 'mp-egress-peer', '--network', lab.network, image, ...serve);
    const before = await exec('iptables', ['-S', 'DOCKER-USER']);

    expect(await callOutside(engine), 'control: reachable while nothing is blocked').toBe(answer);
    expect(await egressBlocked(engine, lab)).toMatchObject({ blocked: false });

    expect(await blockEgress(engine, lab)).toEqual({ blocked: true, bridge: expect.stringMatching(/^br-/) });
    expect(await blockEgress(engine, lab), 'a second time changes nothing').toMatchObject({ blocked: true });
    expect(await egressBlocked(engine, lab)).toMatchObject({ blocked: true });
    expect(await callOutside(engine), 'blocked: no answer').toBeUndefined();
    expect(await callInside(engine), 'the inside still answers').toBe('inside');
    const ours = (await exec('iptables', ['-S', 'DOCKER-USER'])).stdout.match(/meshproof:egress-test/g);
    expect(ours, 'one rule, however often it is asked for').toHaveLength(1);

    expect(await unblockEgress(engine, lab)).toBeGreaterThan(0);
    expect(await unblockEgress(engine, lab), 'nothing left to remove').toBe(0);
    expect(await callOutside(engine), 'reachable again').toBe(answer);
    expect((await exec('iptables', ['-S', 'DOCKER-USER'])).stdout, 'foreign rules stay').toBe(before.stdout);
  } finally {
    server?.kill('SIGKILL');
    await unblockEgress(engine, lab);
    await tryExec('docker', ['rm', '--force', 'mp-egress-peer'], { env: engine.env });
    await tryExec('docker', ['network', 'rm', lab.network], { env: engine.env });
    await tryExec('docker', ['image', 'rm', '--force', image], { env: engine.env });
    await tryExec('ip', ['netns', 'del', outside.name]);
    await tryExec('ip', ['link', 'del', 'mp-out0']);
  }
  expect((await exec('ip', ['-brief', 'link'])).stdout).not.toContain('mp-out');
  expect((await exec('iptables-save', [])).stdout).not.toContain('egress-test');
});

const serve = ['nc', '-ll', '-p', String(outside.port), '-e', '/bin/echo', 'inside'];

async function callOutside(engine: Engine): Promise<string | undefined> {
  return await readIn(engine, outside.server);
}

async function callInside(engine: Engine): Promise<string | undefined> {
  const format = `{{(index .NetworkSettings.Networks "${lab.network}").IPAddress}}`;
  const peer = await docker(engine, 'inspect', '--format', format, 'mp-egress-peer');
  return await readIn(engine, peer.trim());
}

/** What a container of the lab reads from `address`; undefined when nothing came within 3 s. */
async function readIn(engine: Engine, address: string): Promise<string | undefined> {
  const args = [
    'run',
    '--rm',
    '--network',
    lab.network,
    image,
    'nc',
    '-w',
    '3',
    address,
    String(outside.port),
  ];
  const reply = await tryExec('docker', args, { env: engine.env, timeout: 30_000 });
  return reply.exitCode === 0 && reply.stdout !== '' ? reply.stdout.trim() : undefined;
}

async function makeOutside(): Promise<ChildProcess> {
  const ip = (...args: string[]) => exec('ip', args);
  await ip('netns', 'add', outside.name);
  await ip('link', 'add', 'mp-out0', 'type', 'veth', 'peer', 'name', 'mp-out1', 'netns', outside.name);
  await ip('addr', 'add', `${outside.host}/30`, 'dev', 'mp-out0');
  await ip('link', 'set', 'mp-out0', 'up');
  await ip('-n', outside.name, 'addr', 'add', `${outside.server}/30`, 'dev', 'mp-out1');
  await ip('-n', outside.name, 'link', 'set', 'mp-out1', 'up');
  const program = `require('node:net').createServer((socket) => socket.end('${answer}')).listen(${outside.port}, '${outside.server}', () => console.log('up'))`;
  const server = spawn('ip', ['netns', 'exec', outside.name, process.execPath, '-e', program]);
  await new Promise((resolve, reject) => {
    server.stdout.once('data', resolve);
    server.once('exit', () => reject(new Error('the outside server ended')));
  });
  return server;
}

async function importBusybox(engine: Engine): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mp-egress-'));
  try {
    await mkdir(join(folder, 'bin'));
    // Debian's busybox-static; a dynamic one would not start in an empty image.
    await copyFile('/bin/busybox', join(folder, 'bin', 'busybox'));
    for (const name of ['nc', 'echo']) {
      await symlink('busybox', join(folder, 'bin', name));
    }
    await exec('tar', ['-C', folder, '-cf', `${folder}.tar`, '.']);
    await docker(engine, 'import', `${folder}.tar`, image);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(`${folder}.tar`, { force: true });
  }
}

async function docker(engine: Engine, ...args: string[]): Promise<string> {
  return (await exec('docker', args, { env: engine.env })).stdout;
}
