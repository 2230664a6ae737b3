import { cpSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModuleName, type Pins, kindNodeDir } from '../pins.ts';
import type { Stage, StageWork } from '../stage.ts';

/** Files that a module carries besides its programs and that an image needs, by their name in the stage's `files`. */
const moduleFiles: Partial<Record<ModuleName, Record<string, string>>> = {
  kind: { base: 'images/base/files' },
  istio: { 'envoy_bootstrap.json': 'tools/packaging/common/envoy_bootstrap.json' },
};

/** Name of the stage that compiles a pinned module's programs into `bin/` and copies its files into `files/`. */
export function goStageName(module: ModuleName): string {
  return `go-${module}`;
}

/** The stages that compile every pinned Go module. */
export function goStages(pins: Pins): Stage[] {
  // This order puts the programs that most images wait for first.
  const order: ModuleName[] = ['kind', 'containerd', 'cni', 'etcd', 'kubernetes', 'coredns', 'istio', 'k6'];
  return order.flatMap((module) => [downloadStage(module, pins), goStage(module, pins)]);
}

/** Fetches what a module is compiled from, while other modules are being compiled. */
function downloadStage(module: ModuleName, pins: Pins): Stage {
  const dir = join(kindNodeDir, 'modules', module);
  return {
    name: `download-${module}`,
    needs: [],
    slot: 'fetch',
    inputs: { pin: pins.modules[module], goSum: readFileSync(join(dir, 'go.sum'), 'utf8') },
    // To list the packages, Go needs the source of each of them, and of nothing else.
    run: async (work) => {
      await work.exec('go', ['list', '-deps', '-f', '{{""}}', 'tool'], goOptions(dir));
    },
  };
}

function goStage(module: ModuleName, pins: Pins): Stage {
  const pin = pins.modules[module];
  const dir = join(kindNodeDir, 'modules', module);
  const files = moduleFiles[module] ?? {};
  const text = (name: string) => readFileSync(join(dir, name), 'utf8');
  return {
    name: goStageName(module),
    needs: [],
    after: [`download-${module}`],
    slot: 'compile',
    inputs: { pin, files, goMod: text('go.mod'), goSum: text('go.sum'), arch: process.arch },
    run: async (work) => {
      const bin = join(work.dir, 'bin');
      await mkdir(bin);
      await work.exec('go', ['build', ...goBuildFlags(pin), '-o', `${bin}/`, 'tool'], goOptions(dir));
      if (Object.keys(files).length > 0) await copyModuleFiles(work, dir, pin.path, files);
    },
  };
}

/** Flags of a reproducible build: no cgo, no paths, no debug data, the pinned version stamped. */
export function goBuildFlags(pin: Pins['modules'][ModuleName]): string[] {
  const stamps = Object.entries(pin.stamp).map(([name, value]) => `-X ${name}=${value}`);
  return [
    '-buildvcs=false',
    '-trimpath',
    '-tags',
    pin.tags.join(','),
    '-ldflags',
    ['-s', '-w', ...stamps].join(' '),
  ];
}

function goOptions(cwd: string) {
  return {
    cwd,
    env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
    nextStep: 'images from source need Go (https://go.dev/dl) and a Go module proxy',
  };
}

async function copyModuleFiles(
  work: StageWork,
  cwd: string,
  module: string,
  files: Record<string, string>,
): Promise<void> {
  const { stdout } = await work.exec('go', ['list', '-m', '-f', '{{.Dir}}', module], goOptions(cwd));
  await mkdir(join(work.dir, 'files'));
  for (const [name, path] of Object.entries(files)) {
    cpSync(join(stdout.trim(), path), join(work.dir, 'files', name), { recursive: true });
  }
}
