import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MeshproofError } from '../../support/errors.ts';
import { tryExec } from '../../support/exec.ts';
import { type Log, silentLog } from '../../support/log.ts';
import { kindNodeDir } from './images/pins.ts';

const MODULE = 'sigs.k8s.io/mcs-api';
/** Its module file is the pin; `go.sum` beside it is what a download is checked against. */
const pinFolder = join(kindNodeDir, 'modules', 'mcs-api');

interface DefinitionDeps {
  log?: Log;
  run?: typeof tryExec;
  folder?: string;
}

/**
 * The resource definitions of the Multi-Cluster Services API, as YAML, from its pinned Go module; undefined where
 * there is no Go. Throws an `environment` error when the module can't be fetched or isn't the one that was pinned.
 */
export async function mcsDefinitions(deps: DefinitionDeps = {}): Promise<string[] | undefined> {
  const { log = silentLog, run = tryExec, folder = pinFolder } = deps;
  if ((await run('go', ['version'], { timeout: 20_000 })).exitCode !== 0) return undefined;
  const version = pinnedVersion(readFileSync(join(folder, 'go.mod'), 'utf8'));
  const download = await run('go', ['mod', 'download', '-json', `${MODULE}@${version}`], {
    cwd: folder,
    env: { GOFLAGS: '-mod=readonly', GOWORK: 'off' },
    timeout: 120_000,
  });
  const { Dir, Error: why, Sum } = parsed(download.stdout);
  const pinned = readFileSync(join(folder, 'go.sum'), 'utf8').includes(`${MODULE} ${version} ${Sum}\n`);
  if (Dir === undefined || download.exitCode !== 0 || !pinned) {
    const words = why ?? (pinned ? download.stderr.trim() : `its checksum ${Sum} is not the pinned one`);
    throw new MeshproofError('environment', `no ${MODULE} ${version}: ${words}`, {
      nextStep: 'see that Go reaches its module proxy, or set mesh.istio.mcs to false',
    });
  }
  log.debug(`${MODULE} ${version} in ${Dir}`);
  const crds = join(Dir, 'config', 'crd');
  return readdirSync(crds)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(join(crds, file), 'utf8'));
}

function pinnedVersion(goMod: string): string {
  const version = new RegExp(`^require ${MODULE} (v\\S+)$`, 'm').exec(goMod)?.[1];
  if (version !== undefined) return version;
  throw new MeshproofError('bug', `the module file of ${MODULE} requires no version of it`);
}

function parsed(stdout: string): { Dir?: string; Sum?: string; Error?: string } {
  try {
    return JSON.parse(stdout) as { Dir?: string; Sum?: string; Error?: string };
  } catch {
    return {};
  }
}
