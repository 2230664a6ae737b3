import { MeshproofError } from '../../support/errors.ts';
import type { EngineHost } from './engine-host.ts';

/** What came back when a Docker was asked for its version. */
export type DockerAnswer =
  | { state: 'answers'; dockerHost: string; version: string }
  /** There is one, and this user may not talk to it. */
  | { state: 'denied'; dockerHost: string; detail: string }
  /** There is something, and it does not work: a hung daemon, a TLS error. */
  | { state: 'failing'; dockerHost: string; detail: string }
  /** Nothing listens there, or there is no docker command at all. */
  | { state: 'absent'; dockerHost: string; detail: string };

/** Asks the Docker at `dockerHost`, or the one that the user's `docker` command is set to. Does not throw. */
export async function askDocker(host: EngineHost, dockerHost?: string): Promise<DockerAnswer> {
  const env = dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost };
  const address = dockerHost ?? (await currentEndpoint(host));
  const reply = await host.run('docker', ['version', '--format', '{{.Server.Version}}'], {
    env,
    timeout: 20_000,
  });
  const version = reply.stdout.trim();
  if (reply.exitCode === 0 && version !== '') return { state: 'answers', dockerHost: address, version };
  const detail = (reply.stderr || reply.stdout).trim().split('\n').slice(-3).join(' ');
  if (/permission denied/i.test(detail)) return { state: 'denied', dockerHost: address, detail };
  const nobody = /cannot connect to the docker daemon|no such file|connection refused|docker: not found/i;
  if (reply.exitCode === 127 || nobody.test(detail)) return { state: 'absent', dockerHost: address, detail };
  const what = reply.exitCode === 124 ? 'no answer within 20 s' : detail;
  return { state: 'failing', dockerHost: address, detail: what };
}

async function currentEndpoint(host: EngineHost): Promise<string> {
  const args = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
  const reply = await host.run('docker', args, { timeout: 20_000 });
  const endpoint = reply.exitCode === 0 ? reply.stdout.trim() : '';
  return endpoint === '' ? 'unix:///var/run/docker.sock' : endpoint;
}

/**
 * The error for a Docker that is there and can't be used. Falling through to a private engine would hide it, and
 * the user would search for the clusters in vain.
 */
export function unusableDocker(
  answer: Exclude<DockerAnswer, { state: 'answers' }>,
  chosen: boolean,
): MeshproofError {
  const facts = { dockerHost: answer.dockerHost, detail: answer.detail };
  if (answer.state === 'denied') {
    return new MeshproofError('environment', `permission denied to use Docker at ${answer.dockerHost}`, {
      nextStep:
        'add yourself to its group: sudo usermod -aG docker "$USER", then log in again (or: newgrp docker); ' +
        'or run this command with sudo',
      facts,
    });
  }
  const why = chosen ? ' (DOCKER_HOST names it)' : '';
  return new MeshproofError(
    'environment',
    `Docker at ${answer.dockerHost}${why} gives no answer: ${answer.detail}`,
    {
      nextStep: chosen
        ? 'start that Docker, or unset DOCKER_HOST'
        : 'restart it (sudo systemctl restart docker), or set DOCKER_HOST to another one',
      facts,
    },
  );
}
