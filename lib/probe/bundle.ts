import { join } from 'node:path';
import { build } from 'esbuild';
import { MeshproofError } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';

/** A ConfigMap holds 1 MiB (Kubernetes documentation, "ConfigMaps"); its other keys need room too. */
const SIZE_LIMIT = 900_000;

/**
 * The agent as the text of one ES module, for Node 22 and later. The same sources give the same text, so that a
 * hash of it can name the ConfigMap. Throws a `bug` error when it does not build or grows past its limit.
 */
export async function bundleAgent(): Promise<string> {
  const result = await build({
    absWorkingDir: projectRoot,
    entryPoints: [join(projectRoot, 'lib/probe/agent/main.ts')],
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
    throw new MeshproofError('bug', 'the agent does not build', { cause: error });
  });
  const text = result.outputFiles[0]?.text ?? '';
  if (text === '' || text.length > SIZE_LIMIT) {
    throw new MeshproofError('bug', `the agent's bundle has ${text.length} bytes, ${SIZE_LIMIT} at most`);
  }
  return text;
}
