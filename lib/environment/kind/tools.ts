import { delimiter, join } from 'node:path';
import { MeshproofError } from '../../support/errors.ts';
import { tryExec } from '../../support/exec.ts';
import { type Log, silentLog } from '../../support/log.ts';
import { withSignsOfLife } from '../../support/stages.ts';
import { cacheDir } from '../../support/paths.ts';
import { type Pins, readPins } from './images/pins.ts';
import { stageHashes } from './images/stage.ts';
import { runStages } from './images/run-stages.ts';
import { goStageName, goStages } from './images/source/go.ts';
import { type Fetcher, fetchRelease, type Platform } from './tools-release.ts';
import { findVersion, parseVersion, type ToolName, tools, versionFits } from './tools-versions.ts';

export type { ToolName } from './tools-versions.ts';

/** A program that is there and fits. */
export interface Tool {
  path: string;
  /** What it says of itself, without a leading `v`. */
  version: string;
  source: 'path' | 'built' | 'release';
}

export interface ToolDeps {
  log?: Log;
  run?: typeof tryExec;
  env?: NodeJS.ProcessEnv;
  pins?: Pins;
  /** Promises the folder with the programs of a pinned Go module; builds it when it is not built yet. */
  build?: (module: keyof Pins['modules'], log: Log) => Promise<string>;
  fetch?: Fetcher;
  platform?: Platform;
  /** Meshproof's cache folder. */
  cache?: string;
}

/**
 * Promises a tool of a version that fits the pinned one: from the PATH, else built from its pinned Go module when
 * Go is there, else the publisher's release, checked. Throws an `environment` error that says what was tried.
 */
export async function ensureTool(name: ToolName, deps: ToolDeps = {}): Promise<Tool> {
  const { log = silentLog, pins = readPins(), cache = cacheDir(deps.env), run = tryExec } = deps;
  const installed = await findOnPath(name, deps);
  if (installed.tool) return installed.tool;
  if (installed.misfit !== undefined) log.debug(`${name}: ${installed.misfit}`);
  const pinned = tools[name].pinned(pins);
  if ((await run('go', ['version'], { timeout: 20_000 })).exitCode === 0) {
    const bin = await (deps.build ?? buildModule(pins, cache))(tools[name].module, log);
    return await checked(name, join(bin, name), 'built', deps);
  }
  return await checked(name, await releasedTool(name, pinned, deps), 'release', deps);
}

/** Promises the path of a tool in exactly this version: the publisher's release, checked. An `environment` error where there is none. */
export async function releasedTool(name: ToolName, version: string, deps: ToolDeps = {}): Promise<string> {
  const { log = silentLog, cache = cacheDir(deps.env) } = deps;
  log.info(`${name}: release ${version}`);
  const platform = deps.platform ?? { os: process.platform, arch: process.arch };
  const fetch = deps.fetch === undefined ? {} : { fetch: deps.fetch };
  return await fetchRelease(name, version, { folder: join(cache, 'tools'), platform, ...fetch });
}

/** As {@link ensureTool}, but builds and fetches nothing: the tool if it is there, and why one on the PATH misfits. */
export async function findTool(
  name: ToolName,
  deps: ToolDeps = {},
): Promise<{ tool?: Tool; misfit?: string }> {
  const { pins = readPins(), cache = cacheDir(deps.env), run = tryExec } = deps;
  const installed = await findOnPath(name, deps);
  if (installed.tool) return installed;
  const stage = goStageName(tools[name].module);
  const hash = stageHashes(goStages(pins)).get(stage) ?? '';
  const places = [
    { source: 'built', path: join(cache, 'build', `${stage}-${hash}`, 'bin', name) },
    { source: 'release', path: join(cache, 'tools', `${name}-${tools[name].pinned(pins)}`, name) },
  ] as const;
  for (const { source, path } of places) {
    const version = await askVersion(name, path, run);
    if (version) return { ...installed, tool: { path, version, source } };
  }
  return installed;
}

/** A fitting tool on the PATH, or why the first one there does not fit; neither when there is none. */
export async function findOnPath(
  name: ToolName,
  deps: Pick<ToolDeps, 'run' | 'env' | 'pins'> = {},
): Promise<{ tool?: Tool; misfit?: string }> {
  const { run = tryExec, env = process.env, pins = readPins() } = deps;
  const pinned = tools[name].pinned(pins);
  const wants = tools[name].wants(parseVersion(pinned));
  let misfit: string | undefined;
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    const version = await askVersion(name, path, run);
    if (version === undefined) continue;
    if (version !== '' && versionFits(name, version, pinned))
      return { tool: { path, version, source: 'path' } };
    misfit ??= `${path} is ${version === '' ? 'of an unknown version' : version}, and ${wants} is needed`;
  }
  return misfit === undefined ? {} : { misfit };
}

/** What a program says of its version; '' when it says nothing that reads like one, undefined when it isn't there. */
async function askVersion(name: ToolName, path: string, run: typeof tryExec): Promise<string | undefined> {
  const reply = await run(path, tools[name].versionArguments, { timeout: 30_000 });
  if (reply.exitCode === 127) return undefined;
  return reply.exitCode === 0 ? (findVersion(reply.stdout) ?? '') : '';
}

async function checked(name: ToolName, path: string, source: Tool['source'], deps: ToolDeps): Promise<Tool> {
  const version = await askVersion(name, path, deps.run ?? tryExec);
  if (version !== undefined && version !== '') return { path, version, source };
  throw new MeshproofError('environment', `${path} does not run`, {
    nextStep: `remove ${path} and try again, or put a working ${name} on the PATH`,
  });
}

/** Builds with the stages of `images: source`, so that a program is compiled once for both uses. */
function buildModule(pins: Pins, cache: string) {
  return async (module: keyof Pins['modules'], log: Log): Promise<string> => {
    const stage = goStageName(module);
    const options: Parameters<typeof runStages>[2] = {
      root: join(cache, 'build'),
      onEvent: ({ stage, state, seconds, line }) => {
        const what = stage.startsWith('download')
          ? 'download of its Go modules'
          : 'build from its pinned Go module';
        if (state === 'line') log.debug(`${module}: ${line ?? ''}`);
        else if (state === 'start') log.info(`${module}: ${what} …`);
        else if (state === 'done') log.info(`${module}: ${what} took ${seconds ?? 0} s`);
      },
    };
    const outputs = await withSignsOfLife(module, log, () => runStages(goStages(pins), [stage], options));
    const output = outputs.get(stage);
    if (!output) throw new MeshproofError('bug', `the build has no output for ${stage}`);
    return join(output.dir, 'bin');
  };
}
