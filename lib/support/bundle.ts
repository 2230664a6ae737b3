import { build } from 'esbuild';
import { MeshproofError } from './errors.ts';
import { projectRoot } from './paths.ts';

/**
 * A program of ours that runs elsewhere, as the text of one ES module for Node 22 and later. The same sources give the same
 * text, so that a hash of it can name it. Throws a `bug` error when it does not build.
 */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    absWorkingDir: projectRoot,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    write: false,
    legalComments: 'inline',
    logLevel: 'silent',
    // dns-packet is CommonJS and requires Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  }).catch((error: unknown) => {
    throw new MeshproofError('bug', `${entry} does not build`, { cause: error });
  });
  return result.outputFiles[0]?.text ?? '';
}
