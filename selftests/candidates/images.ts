import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureEngine } from '../../lib/environment/kind/engine.ts';
import { dockerClient } from '../../lib/environment/kind/images/docker.ts';
import { runStages } from '../../lib/environment/kind/images/run-stages.ts';
import { buildRef, imageStage, imageStageName } from '../../lib/environment/kind/images/source/images.ts';
import { sourceStages } from '../../lib/environment/kind/images/source/index.ts';
import { type Stage, stageHashes } from '../../lib/environment/kind/images/stage.ts';
import type { Log } from '../../lib/support/log.ts';
import { cacheDir } from '../../lib/support/paths.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = ['bad-proxy.c', 'delayed-writes.h'];
/** In the image; the dynamic linker loads it into Envoy. The agent beside it is a static program, and is left alone. */
const LIBRARY = '/usr/local/lib/bad-proxy.so';

/**
 * Builds the environment's own proxy image with one defect of bad-proxy.c more, or finds what an earlier run built; gives its
 * name in the engine, which tells its content. Needs a C compiler, and images from source.
 */
export async function badProxyImage(
  name: string,
  defect: string,
  { log, signal }: { log: Log; signal?: AbortSignal },
): Promise<string> {
  const engine = await ensureEngine({ log });
  const { stages, stage, ref } = badProxyPlan(engine.env, name, defect);
  await runStages(stages, [stage], {
    root: join(cacheDir(), 'build'),
    onEvent: (event) => {
      if (event.state === 'line') log.debug(event.line ?? '');
      else log.info(`image ${event.stage}: ${event.state}`);
    },
    ...(signal ? { signal } : {}),
  });
  return ref;
}

/** What is built, and what it is called. */
export function badProxyPlan(dockerEnv: Record<string, string>, name: string, defect: string) {
  const library: Stage = {
    name: `bad-proxy-${name}`,
    needs: [],
    slot: 'compile',
    inputs: {
      defect,
      arch: process.arch,
      texts: sources.map((file) => readFileSync(join(folder, file), 'utf8')),
    },
    run: async ({ dir, exec }) => {
      const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-pthread', `-D${defect}`];
      await exec('cc', [...flags, '-o', join(dir, 'bad-proxy.so'), join(folder, 'bad-proxy.c')], {
        nextStep: 'apt-get install gcc libc6-dev',
      });
    },
  };
  const image = imageStage(dockerClient(dockerEnv), {
    name: `proxyv2-${name}`,
    from: 'proxyv2',
    needs: [library.name],
    config: [`ENV LD_PRELOAD=${LIBRARY}`],
    revision: 1,
    fill: (tree, work) => tree.copy(LIBRARY, join(work.output(library.name), 'bad-proxy.so')),
  });
  const stages = [...sourceStages(dockerEnv).stages, library, image];
  const stage = imageStageName(`proxyv2-${name}`);
  return { stages, stage, ref: buildRef(`proxyv2-${name}`, stageHashes(stages).get(stage) ?? '') };
}
