import { execa } from 'execa';
import { MeshproofError } from '../../../support/errors.ts';
import { type ExecOptions, type ExecResult, exec, tryExec } from '../../../support/exec.ts';

/** Runs `docker` with its arguments; throws when it fails. */
type DockerRun = (args: readonly string[], options?: ExecOptions) => Promise<ExecResult>;

/** The `docker` client of one engine. */
export interface Docker {
  run: DockerRun;
  /** As `run`, but gives the exit code back. */
  try: DockerRun;
  /** Streams `docker SAVE` into the standard input of `docker INTO`; `onLine` gets what the latter prints. */
  pipe(save: readonly string[], into: readonly string[], onLine?: (line: string) => void): Promise<void>;
}

/** A client for the engine that these variables (DOCKER_HOST …) name. */
export function dockerClient(env: Record<string, string>): Docker {
  // BuildKit asks a registry for the metadata of local base images; the classic builder works offline.
  const full = { ...env, DOCKER_BUILDKIT: '0' };
  return {
    run: (args, options = {}) => exec('docker', args, { ...options, env: full }),
    try: (args, options = {}) => tryExec('docker', args, { ...options, env: full }),
    pipe: (save, into, onLine) => pipeDocker(full, save, into, onLine),
  };
}

async function pipeDocker(
  env: Record<string, string>,
  save: readonly string[],
  into: readonly string[],
  onLine?: (line: string) => void,
): Promise<void> {
  // Gigabytes flow through: nothing of the sender's output may be kept in memory.
  const sender = execa('docker', [...save], { env, buffer: { stdout: false }, reject: false });
  const receiver = execa('docker', [...into], { env, all: true, stdin: 'pipe', reject: false });
  if (onLine) receiver.all.on('data', (chunk: Buffer | string) => onLine(String(chunk).trimEnd()));
  sender.stdout.pipe(receiver.stdin);
  // A receiver that ends early closes the pipe; its exit code is what is reported.
  receiver.stdin.on('error', () => {});
  const [sent, received] = await Promise.all([sender, receiver]);
  if (sent.exitCode !== 0 || received.exitCode !== 0) {
    const why = sent.exitCode === 0 ? received.all : sent.stderr;
    throw new MeshproofError('environment', `docker ${save.join(' ')} | docker ${into.join(' ')}: ${why}`);
  }
}

/** Is there an image of this name in the engine? */
export async function imageExists(docker: Docker, ref: string): Promise<boolean> {
  return (await docker.try(['image', 'inspect', '--format', '{{.Id}}', ref])).exitCode === 0;
}

/** The engine's own id of an image (`sha256:…`): the digest of its configuration. */
export async function imageId(docker: Docker, ref: string): Promise<string> {
  return (await docker.run(['image', 'inspect', '--format', '{{.Id}}', ref])).stdout.trim();
}

/**
 * Removes all but the two newest images of a repository (`name:`); the older ones were made from inputs that are
 * gone. An image that a container uses stays: the engine refuses to remove it.
 */
export async function removeOldImages(docker: Docker, repository: string): Promise<void> {
  // The engine lists the newest first.
  const { stdout } = await docker.run([
    'image',
    'ls',
    '--format',
    '{{.Repository}}:{{.Tag}}',
    `${repository}*`,
  ]);
  const tags = stdout.split('\n').filter((tag) => tag.startsWith(repository));
  for (const tag of tags.slice(2)) await docker.try(['image', 'rm', tag]);
}
