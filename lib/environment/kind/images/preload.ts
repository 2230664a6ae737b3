import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Docker } from './docker.ts';
import { kindNodeDir } from './pins.ts';

/** An image in the engine, and the name by which pods in the cluster ask for it. */
export interface Preloaded {
  source: string;
  target: string;
}

/**
 * Makes `tag`: the node image `base` with these images inside, unpacked, in a place that all nodes share. So no
 * node copies or unpacks them when it boots, and nothing is loaded into a cluster later. The same for images
 * from source and from a registry; what it does inside the image is in environments/kind-node/preload.
 */
export async function preloadNodeImage(
  docker: Docker,
  plan: { base: string; tag: string; images: readonly Preloaded[] },
  onLine: (line: string) => void = () => {},
): Promise<void> {
  const name = `meshproof-preload-${process.pid}-${Date.now().toString(36)}`;
  // The overlay file system cannot stack its upper folder on the engine's own overlay: the store needs a volume.
  const run = ['run', '--detach', '--privileged', '--network=none', '--volume=/meshproof-build'];
  await docker.run([...run, `--name=${name}`, '--entrypoint=sleep', plan.base, 'infinity'], { onLine });
  try {
    await docker.run(['exec', name, 'mkdir', '-p', '/opt/meshproof/bin']);
    await docker.run(['cp', scriptFile, `${name}:${preload}`]);
    await docker.run(['exec', name, preload, 'start'], { onLine });
    const sources = [...new Set(plan.images.map((image) => image.source))];
    await docker.pipe(['save', ...sources], ['exec', '--interactive', name, preload, 'import'], onLine);
    const names = plan.images.map((image) => `${image.source} ${image.target}\n`).join('');
    const blobs = (await sharesLayers(docker)) ? 'drop-blobs' : 'keep-blobs';
    await docker.run(['exec', '--interactive', name, preload, 'finish', blobs], { input: names, onLine });
    const entrypoint = 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]';
    await docker.run(['commit', '--change', entrypoint, '--change', 'CMD []', name, plan.tag]);
  } finally {
    await docker.try(['rm', '--force', '--volumes', name]);
  }
}

const preload = '/opt/meshproof/bin/preload';
const scriptFile = join(kindNodeDir, 'preload');

/** The script that does the work inside the image; its text decides what a node image holds. */
export function preloadScript(): string {
  return readFileSync(scriptFile, 'utf8');
}

/**
 * Does a node of this engine run containers on overlayfs? On other storage kind's node falls back to another
 * snapshotter, which unpacks the images anew and needs their blobs.
 */
async function sharesLayers(docker: Docker): Promise<boolean> {
  const { stdout } = await docker.run(['info', '--format', '{{.Driver}}']);
  return stdout.trim().startsWith('overlay');
}

/**
 * The images that a node of this kind needs before it can join a cluster: what its kubeadm names, and the pause
 * image that its containerd is configured for.
 */
export async function componentNames(
  docker: Docker,
  nodeImage: string,
  kubernetes: string,
): Promise<string[]> {
  const inside = (entrypoint: string, ...args: string[]) =>
    docker.run(['run', '--rm', '--network=none', `--entrypoint=${entrypoint}`, nodeImage, ...args]);
  const list = await inside('kubeadm', 'config', 'images', 'list', `--kubernetes-version=${kubernetes}`);
  const config = await inside('cat', '/etc/containerd/config.toml');
  const pause = /sandbox_image\s*=\s*"([^"]+)"/.exec(config.stdout)?.[1];
  const names = list.stdout.split('\n').filter((line) => line.includes('/'));
  return pause === undefined ? names : [...names, pause];
}
