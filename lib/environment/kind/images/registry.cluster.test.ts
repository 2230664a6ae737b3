import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { silentLog } from '../../../support/log.ts';
import { cacheDir } from '../../../support/paths.ts';
import { type Engine, ensureEngine } from '../engine.ts';
import { type Docker, dockerClient } from './docker.ts';
import { readPins } from './pins.ts';
import { type RegistryOptions, imagesFromRegistry } from './registry.ts';
import { chooseMode, ensureImages } from './resolve.ts';
import { buildRef, imageStageName } from './source/images.ts';
import { sourceStages } from './source/index.ts';
import { stageHashes } from './stage.ts';

/**
 * The registry path without a registry of the outside world: Debian's docker-registry on loopback, filled with
 * what `source` built, under the names that the pins have.
 */
test.describe.configure({ mode: 'serial', timeout: 900_000 });

// The tag keeps the images of this test apart from real ones; a digest in the pin would not be that of our build.
const tag = 'v0.0.0-registry-test';
const refs = { ...readPins().registry, node: `kindest/node:${tag}` };

/** Of Debian's package of the same name. */
const registryProgram = 'docker-registry';

let engine: Engine;
let docker: Docker;
let registry: Registry;
let folder: string;
const made = new Set<string>();

test.beforeAll(async () => {
  engine = await ensureEngine({ log: silentLog });
  docker = dockerClient(engine.env);
  await ensureImages({ mode: 'source', dockerEnv: engine.env, cacheDir: cacheDir(), onEvent: () => {} });
  folder = await mkdtemp(join(tmpdir(), 'meshproof-registry-'));
  registry = await startRegistry(folder);
});

test.afterAll(async () => {
  for (const image of made) await docker.try(['image', 'rm', '--force', image]);
  // The image that a moved tag pointed to before is there by its digest alone.
  const list = ['image', 'ls', '--digests', '--format', '{{.Repository}}@{{.Digest}}'];
  const { stdout } = await docker.try([...list, '--filter', `reference=${registry.host}/*/*`]);
  for (const image of stdout.split('\n').filter(Boolean)) await docker.try(['image', 'rm', image]);
  await registry.stop();
  await rm(folder, { recursive: true, force: true });
});

test('images come from the mirror, are recorded, and make a node image', async () => {
  expect(await chooseMode({ mode: 'auto', mirror: registry.host, dockerEnv: engine.env }, {})).toBe('source');
  await publishAll();
  expect(await chooseMode({ mode: 'auto', mirror: registry.host, dockerEnv: engine.env }, {})).toBe(
    'registry',
  );

  const options = mirrored(join(folder, test.info().testId));
  const images = await imagesFromRegistry(options);
  made.add(images.node);
  const version = readPins().registry.pilot.split(':')[1];
  expect(images).toMatchObject({
    mode: 'registry',
    cni: 'built-in',
    istio: { hub: 'meshproof.dev/istio', tag: version, proxy: 'istio' },
  });
  const book = JSON.parse(await readFile(join(options.cacheDir, 'digests.json'), 'utf8')) as object;
  expect(Object.keys(book).sort()).toEqual(Object.values(refs).sort());
  expect(images.digests).toEqual(book);

  await test.step('every workload is in the node, and none of it is copied at boot', async () => {
    const script = 'du -sk /var/lib/containerd | cut -f1; find /var/lib/containerd -type l | wc -l';
    const run = ['run', '--rm', '--network=none', '--entrypoint=sh', images.node, '-c', script];
    const [kib = 0, links = 0] = (await docker.run(run)).stdout.split('\n').map(Number);
    expect(kib).toBeLessThan(20_000);
    expect(links).toBeGreaterThanOrEqual(5);
  });

  await test.step('a second time is quick, and finds the same', async () => {
    const states: string[] = [];
    const again = await imagesFromRegistry({
      ...options,
      onEvent: ({ stage, state }) => states.push(`${stage} ${state}`),
    });
    expect(again).toEqual(images);
    expect(states).toContain('node cached');
  });

  await test.step('a tag that moved is refused', async () => {
    await publish('pause', refs.k6);
    await expect(imagesFromRegistry(options)).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringContaining(`the image ${refs.k6} is not the one that was pulled before`),
      nextStep: expect.stringContaining('digests.json'),
    });
  });
});

test('an image that the mirror does not have is named', async () => {
  const missing = { ...refs, k6: 'grafana/k6:no-such-version' };
  const options = { ...mirrored(join(folder, test.info().testId)), refs: missing };
  await expect(imagesFromRegistry(options)).rejects.toThrow('grafana/k6:no-such-version');
});

function mirrored(folder: string): RegistryOptions {
  return { mirror: registry.host, dockerEnv: engine.env, cacheDir: folder, onEvent: () => {}, refs };
}

async function publishAll(): Promise<void> {
  const source = {
    node: 'node-base',
    pilot: 'pilot',
    proxyv2: 'proxyv2',
    k6: 'k6',
    runtime: 'runtime',
  } as const;
  for (const [name, image] of Object.entries(source)) {
    await publish(image, refs[name as keyof typeof source]);
  }
}

async function publish(image: string, as: string): Promise<void> {
  const hash = stageHashes(sourceStages(engine.env).stages).get(imageStageName(image)) ?? '';
  const target = `${registry.host}/${as}`;
  made.add(target).add(`meshproof.dev/pulled/${as}`);
  await docker.run(['tag', buildRef(image, hash), target]);
  await docker.run(['push', '--quiet', target]);
}

interface Registry {
  /** HOST:PORT on loopback. */
  host: string;
  stop(): Promise<void>;
}

async function startRegistry(folder: string): Promise<Registry> {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
  };
  const file = join(folder, 'registry.yml');
  await writeFile(file, JSON.stringify(config));
  const child: ChildProcess = spawn(registryProgram, ['serve', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  for (let wait = 0; wait < 50; wait++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.ok) return { host, stop };
    await sleep(100);
  }
  await stop();
  throw new Error('docker-registry does not answer: apt-get install docker-registry');
}

/** A TCP port of loopback that nothing listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
