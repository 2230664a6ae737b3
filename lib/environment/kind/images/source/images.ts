import { type Docker, imageExists, imageId } from '../docker.ts';
import type { Stage, StageWork } from '../stage.ts';
import { type ImageRecipe, type Tree, buildImage, treeAt } from './tree.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What an image stage declares; its tag follows from its content. */
export interface ImageStage {
  /** Short name: the stage is `image-<name>`, the image `meshproof.dev/build/<name>:<hash>`. */
  name: string;
  /** Stages that it takes files from. */
  needs: readonly string[];
  /** Image stage that it adds to. */
  from?: string;
  config: readonly string[];
  /** Paths of the tree that stay out of the image (tar patterns). */
  exclude?: readonly string[];
  /** Raise it when `fill` changes what it puts into the image. */
  revision: number;
  /** More that decides the content. */
  inputs?: unknown;
  /** Puts the files of the image's layer in place; may name another folder as the layer. */
  fill(tree: Tree, work: StageWork): Promise<Tree> | Tree | Promise<void> | void;
}

/** Name of an image in the engine, by the content hash of its stage. */
export function buildRef(name: string, hash: string): string {
  return `meshproof.dev/build/${name}:${hash}`;
}

/** Name of the stage of an image. */
export function imageStageName(name: string): string {
  return `image-${name}`;
}

/** A stage that builds one image of one layer in the engine; complete as long as the engine has it. */
export function imageStage(docker: Docker, image: ImageStage): Stage {
  const { name, needs, from, config, revision, exclude = [] } = image;
  return {
    name: imageStageName(name),
    needs: [...needs, ...(from === undefined ? [] : [imageStageName(from)])],
    slot: 'engine',
    inputs: { config, exclude, revision, more: image.inputs ?? null },
    present: (hash) => imageExists(docker, buildRef(name, hash)),
    run: async (work) => {
      const tree = treeAt(join(work.dir, 'tree'));
      tree.folder('/');
      const filled = (await image.fill(tree, work)) ?? tree;
      const tag = buildRef(name, work.hash);
      const recipe: ImageRecipe = { tag, config };
      if (from !== undefined) recipe.from = buildRef(from, work.hashOf(imageStageName(from)));
      await buildImage(docker, work, filled, recipe, exclude);
      await writeFile(join(work.dir, 'image.json'), JSON.stringify({ tag, id: await imageId(docker, tag) }));
    },
  };
}
