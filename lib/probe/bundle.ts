import { bundle } from '../support/bundle.ts';
import { MeshproofError } from '../support/errors.ts';

/** A ConfigMap holds 1 MiB (Kubernetes documentation, "ConfigMaps"); its other keys need room too. */
const SIZE_LIMIT = 900_000;

/**
 * The agent as the text of one ES module, for Node 22 and later. The same sources give the same text, so that a
 * hash of it can name the ConfigMap. Throws a `bug` error when it does not build or grows past its limit.
 */
export async function bundleAgent(): Promise<string> {
  const text = await bundle('lib/probe/agent/main.ts');
  if (text === '' || text.length > SIZE_LIMIT) {
    throw new MeshproofError('bug', `the agent's bundle has ${text.length} bytes, ${SIZE_LIMIT} at most`);
  }
  return text;
}
