import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forEachLine } from '../../lib/support/exec.ts';
import { cacheDir, projectRoot } from '../../lib/support/paths.ts';
import type { Moto } from './moto.ts';

/** How a command ended; `output` has both of its streams. */
export interface Ended {
  code: number | null;
  output: string;
}

/** A machine of its own for commands: state, configuration and environment file, all thrown away with it. */
export interface Machine {
  /** Folder of everything. */
  folder: string;
  /** The environment file that `-e` is given. */
  file: string;
  /** Runs `meshproof …` to its end. `until` is asked with each line; true kills it with SIGKILL. */
  run(args: readonly string[], until?: (line: string) => boolean | Promise<boolean>): Promise<Ended>;
  [Symbol.dispose](): void;
}

export interface MachineOptions {
  /** Of a file under environments/. */
  name?: string;
  change?: (text: string) => string;
  /** Variables of its commands. */
  env?: Record<string, string>;
}

/** A machine whose calls end at `moto`. `change` is made to the text of the environment file. */
export function machine(
  moto: Moto,
  { name = 'eks-two-regions', change = (text) => text, env = {} }: MachineOptions = {},
): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-aws-'));
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, change(readFileSync(join(projectRoot, 'environments', `${name}.yaml`), 'utf8')));
  const variables = {
    ...process.env,
    ...moto.env,
    MESHPROOF_STATE: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    MESHPROOF_AWS_LOOK_MS: '100',
    // Half of a command's processor time is the compiling of what it imports.
    NODE_COMPILE_CACHE: join(cacheDir(), 'compiled'),
    ...env,
  };
  return {
    folder,
    file,
    async run(args, until) {
      const child = spawn(process.execPath, [join(projectRoot, 'lib/cli/main.ts'), ...args], {
        env: variables,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const lines: string[] = [];
      for (const stream of [child.stdout, child.stderr])
        forEachLine(stream, (line) => {
          lines.push(line);
          void Promise.resolve(until?.(line)).then((enough) => enough && child.kill('SIGKILL'));
        });
      const code = await new Promise<number | null>((resolve) => {
        child.once('close', (exit) => resolve(exit));
      });
      return { code, output: lines.join('\n') };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
