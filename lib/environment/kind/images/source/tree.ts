import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Docker } from '../docker.ts';
import type { StageWork } from '../stage.ts';

/** A folder that becomes a layer of an image; paths are those in the image. */
export interface Tree {
  root: string;
  file(path: string, text: string, mode?: number): void;
  copy(path: string, from: string, mode?: number): void;
  link(path: string, target: string): void;
  /** A folder of that numeric owner. */
  folder(path: string, owner?: number): void;
}

/** A tree at `root`; parent folders appear as they are needed. */
export function treeAt(root: string): Tree {
  const at = (path: string) => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    return full;
  };
  return {
    root,
    file: (path, text, mode = 0o644) => {
      writeFileSync(at(path), text);
      chmodSync(at(path), mode);
    },
    copy: (path, from, mode = 0o755) => {
      copyFileSync(from, at(path));
      chmodSync(at(path), mode);
    },
    link: (path, target) => {
      rmSync(at(path), { force: true });
      symlinkSync(target, at(path));
    },
    folder: (path, owner = 0) => {
      mkdirSync(at(path), { recursive: true });
      chownSync(at(path), owner, owner);
    },
  };
}

export interface ImageRecipe {
  tag: string;
  /** Image that it adds to; `scratch` when empty. */
  from?: string;
  /** Dockerfile lines after the layer: ENTRYPOINT, USER … */
  config: readonly string[];
}

/**
 * Builds an image of one new layer: the tree, whose owners and modes are kept, without the `exclude`d paths
 * (tar patterns). The tree is gone afterwards.
 */
export async function buildImage(
  docker: Docker,
  work: StageWork,
  tree: Tree,
  recipe: ImageRecipe,
  exclude: readonly string[] = [],
): Promise<void> {
  const layer = join(work.dir, 'layer.tar');
  const excludes = exclude.map((pattern) => `--exclude=${pattern}`);
  await work.exec('tar', ['-C', tree.root, '--numeric-owner', '--xattrs', ...excludes, '-cf', layer, '.']);
  await buildFromLayer(docker, work, recipe);
  if (tree.root.startsWith(work.dir)) rmSync(tree.root, { recursive: true });
}

async function buildFromLayer(docker: Docker, work: StageWork, recipe: ImageRecipe): Promise<void> {
  const lines = [`FROM ${recipe.from ?? 'scratch'}`, 'ADD layer.tar /', ...recipe.config];
  await writeFile(join(work.dir, 'Dockerfile'), `${lines.join('\n')}\n`);
  await writeFile(join(work.dir, '.dockerignore'), '*\n!layer.tar\n');
  await docker.run(['build', '--network=none', '--force-rm', '--tag', recipe.tag, work.dir], {
    timeout: 1_200_000,
    onLine: work.line,
  });
  rmSync(join(work.dir, 'layer.tar'));
}
