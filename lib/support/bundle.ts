import { build } from 'esbuild';
import { MeshproofError } from './errors.ts';
import { projectRoot } from './paths.ts';

/** A ConfigMap holds 1 MiB (Kubernetes documentation, "ConfigMaps"); its other keys need room too. */
const SIZE_LIMIT = 900_000;

/**
 * A program of ours that runs elsewhere, as the text of one ES module for Node 22 and later. The same sources give the same
 * text, so that a hash of it can name it; `minify` for what is more of others than of us. Throws a `bug` error when it does not
 * build, or is too large for a ConfigMap.
 */
export async function bundle(entry: string, { minify = false } = {}): Promise<string> {
  const result = await build({
    absWorkingDir: projectRoot,
    entryPoints: [entry],
    bundle: true,
    minify,
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
  const text = result.outputFiles[0]?.text ?? '';
  if (text !== '' && text.length <= SIZE_LIMIT) return text;
  throw new MeshproofError('bug', `the bundle of ${entry} has ${text.length} bytes, ${SIZE_LIMIT} at most`);
}
