import { ensureTool, findTool, type Tool, type ToolName } from '../../environment/kind/tools.ts';
import { readPins } from '../../environment/kind/images/pins.ts';
import { findVersion, parseVersion, toolNames, tools } from '../../environment/kind/tools-versions.ts';
import type { Check, DoctorHost } from '../check.ts';

interface ToolFacts {
  name: ToolName;
  tool?: Tool;
  misfit?: string;
  pinned: string;
  go: boolean;
}

/** kind, kubectl, istioctl and k6: one check each. */
export const toolChecks: Check<ToolFacts>[] = toolNames.map((name) => ({
  id: name,
  title: name,
  probe: async (host) => {
    const pinned = tools[name].pinned(readPins());
    const { run, env } = host.engine;
    return {
      name,
      pinned,
      go: await hasGo(host),
      ...(await findTool(name, { run, env, cache: host.cache })),
    };
  },
  judge: judgeTool,
  fix: async (host, _facts, log) => {
    const { run, env } = host.engine;
    await ensureTool(name, { run, env, cache: host.cache, log });
  },
}));

/** A tool that is not there is no obstacle: it comes when it is first needed, which takes time or the network. */
export function judgeTool({ tool, misfit, pinned, go }: ToolFacts) {
  if (tool) {
    const from = { path: 'from the PATH', built: 'built here', release: 'a checked release' }[tool.source];
    return { level: 'ok', found: `${tool.version}, ${from}: ${tool.path}` } as const;
  }
  const way = go
    ? 'built from its pinned module when first needed'
    : `release ${pinned} is fetched when first needed`;
  const found = `${misfit === undefined ? '' : `${misfit}; `}${way}`;
  return { level: 'warn', found, remedy: 'npx meshproof doctor --fix' } as const;
}

async function hasGo(host: DoctorHost): Promise<boolean> {
  return (await host.engine.run('go', ['version'], { timeout: 20_000 })).exitCode === 0;
}

/** First Go that can fetch a newer toolchain by itself when a module asks for one (go.dev/doc/toolchain). */
const oldestGo = [1, 21] as const;

export const goCheck: Check<string | undefined> = {
  id: 'go',
  title: 'Go',
  probe: async (host) => {
    const reply = await host.engine.run('go', ['version'], { timeout: 20_000 });
    return reply.exitCode === 0
      ? (findVersion(reply.stdout.replace('go version go', '')) ?? '0.0')
      : undefined;
  },
  judge: (version) => {
    const remedy = 'install Go 1.26 or newer (https://go.dev/dl)';
    if (version === undefined)
      return { level: 'warn', found: 'none; images cannot be built from source', remedy };
    const [major, minor] = parseVersion(version);
    if (major === oldestGo[0] && minor < oldestGo[1])
      return { level: 'warn', found: `${version} is too old`, remedy };
    return { level: 'ok', found: version };
  },
};
