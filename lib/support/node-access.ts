import type { NodeAccess } from '../model/lab.ts';
import { MeshproofError } from './errors.ts';
import { type ExecOptions, type ExecResult, tryExec } from './exec.ts';
import { runByJob } from './node-job.ts';

/** What of {@link ExecOptions} a command in a node takes; its time limit is 30 s unless said otherwise. */
export type InNodeOptions = Pick<ExecOptions, 'input' | 'timeout' | 'signal' | 'onLine'>;

const TIMEOUT_MS = 30_000;

/** Runs a command in a node, as root, and gives its exit code back (124 after the timeout). `container` as in LabNode. */
export function runInNode(
  access: NodeAccess,
  container: string,
  command: readonly string[],
  options: InNodeOptions = {},
): Promise<ExecResult> {
  const limited = { ...options, timeout: options.timeout ?? TIMEOUT_MS };
  if (access.by === 'job') return runByJob(access, container, command, limited);
  const stdin = options.input === undefined ? [] : ['--interactive'];
  const env = { DOCKER_HOST: access.dockerHost };
  return tryExec('docker', ['exec', ...stdin, container, ...command], { ...limited, env });
}

/** As {@link runInNode}; an `environment` error with the end of its output when it fails. */
export async function mustRunInNode(
  access: NodeAccess,
  container: string,
  command: readonly string[],
  options: InNodeOptions = {},
): Promise<ExecResult> {
  const result = await runInNode(access, container, command, options);
  if (result.exitCode === 0) return result;
  const tail = (result.stderr || result.stdout).trim().split('\n').slice(-12).join('\n');
  throw new MeshproofError(
    'environment',
    `${container}: ${command.join(' ')}: exit ${result.exitCode}\n${tail}`,
    {
      facts: { container, command, exitCode: result.exitCode },
    },
  );
}

/** DOCKER_HOST of the engine whose containers the nodes are; `not-applicable` where they are none. */
export function dockerHostOf(access: NodeAccess): string {
  if (access.by === 'engine') return access.dockerHost;
  throw new MeshproofError('not-applicable', 'the nodes are no containers of an engine on this machine', {
    nextStep: 'it takes an environment of the provider kind',
  });
}
