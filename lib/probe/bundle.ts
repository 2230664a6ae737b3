import { bundle } from '../support/bundle.ts';

/** The agent as the text of one ES module, as {@link bundle} gives it. */
export function bundleAgent(): Promise<string> {
  return bundle('lib/probe/agent/main.ts');
}
