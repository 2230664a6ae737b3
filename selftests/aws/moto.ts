import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MeshproofError } from '../../lib/support/errors.ts';
import { exec, forEachLine } from '../../lib/support/exec.ts';
import { withMachineLock } from '../../lib/support/machine-lock.ts';
import { cacheDir, projectRoot } from '../../lib/support/paths.ts';

/** A server of the AWS API on loopback, empty at its start: it knows every account and region, and checks no password. */
export interface Moto {
  endpoint: string;
  /** What a process needs so that its calls end here, and nowhere else. */
  env: Record<string, string>;
  /** Forgets everything that was made. */
  reset(): Promise<void>;
  /** Makes stacks slow or fail, and calls answer errors, from now on; what is left out is as it was at the start. */
  steer(wishes: MotoWishes): Promise<void>;
  /** Names of the requests that were served since the last {@link steer}, in their order. */
  requests(): Promise<string[]>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Time that a hook that starts one needs where its packages must be installed first, milliseconds. */
export const MOTO_START_MS = 600_000;

/** What a server is asked to do wrong. */
export interface MotoWishes {
  /** Milliseconds that each resource of a stack takes. */
  stepMs?: number;
  /** Reasons of failure, by logical id of a resource that is to fail. */
  fail?: Record<string, string>;
  /** Reason of failure of the next deletion of a stack. */
  failDelete?: string;
  /** Logical id of a resource at which stacks wait until this is no longer wished. */
  hold?: string;
  /** Errors that calls get: the next `times` ones whose name matches (`DescribeStacks`, `GET /clusters/x`, `Target.Action`). */
  answers?: { match: string; code: string; times: number; status?: number; message?: string }[];
  /** The time of every experiment of FIS that runs is over, once. */
  experimentsDue?: boolean;
  /** Experiments of FIS fail when they start. */
  failExperiments?: boolean;
  /** Values of service quotas by their code; all others are unknown. */
  quotas?: Record<string, number>;
}

const requirements = join(projectRoot, 'selftests/aws/requirements.txt');

/** The Python packages of requirements.txt, installed once per content of that file; gives their folder. */
export async function motoPackages(): Promise<string> {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const folder = join(cacheDir(), 'moto', key);
  if (existsSync(folder)) return folder;
  return withMachineLock('moto packages', async () => {
    if (existsSync(folder)) return folder;
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--no-compile',
      '--target',
      unfinished,
      '-r',
      requirements,
    ];
    await exec('python3', pip, { nextStep: 'install python3 and pip (Debian: python3-pip)' });
    renameSync(unfinished, folder);
    return folder;
  });
}

/** Starts a server on a free port, and returns when it takes calls. */
export async function startMoto(): Promise<Moto> {
  const packages = await motoPackages();
  const child = spawn('python3', [join(projectRoot, 'selftests/aws/server.py')], {
    env: { ...process.env, PYTHONPATH: packages, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines: string[] = [];
  const port = await new Promise<string>((resolve, reject) => {
    forEachLine(child.stderr, (line) => {
      lines.push(line);
      const found = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    void ended.then(() => reject(new MeshproofError('environment', `moto: ${lines.slice(-5).join('\n')}`)));
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    process.removeListener('exit', kill);
    kill();
    await ended;
  };
  return {
    endpoint,
    env: awsEnv(endpoint),
    async reset() {
      const answer = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
      if (!answer.ok) throw new Error(`moto did not reset: ${answer.status}`);
    },
    async steer(wishes) {
      const body = JSON.stringify(wishes);
      await fetch(`${endpoint}/meshproof-test`, { method: 'POST', body });
    },
    requests: async () => (await (await fetch(`${endpoint}/meshproof-test`)).json()) as string[],
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Variables with which the AWS SDK calls `endpoint` with made-up credentials, and asks neither files nor instance metadata. */
export function awsEnv(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'made-up',
    AWS_SECRET_ACCESS_KEY: 'made-up',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
