import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { execPath } from 'node:process';
import { expect, test } from '@playwright/test';
import { parse, stringify } from 'yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../../lib/support/exec.ts';
import { dockerHostOf } from '../../lib/support/node-access.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { meshproof, programEnvironment, requireLab } from './lab.ts';

const NAME = 'interrupted';

/** An environment of one small cluster, beside the default one. */
function smallEnvironment(file: string): string {
  const environment = parse(readFileSync(join(projectRoot, 'environments/kind-istio.yaml'), 'utf8'));
  const east = { ...environment.clusters.east, podCidr: '10.30.0.0/16', serviceCidr: '10.130.0.0/16' };
  writeFileSync(
    file,
    stringify({ ...environment, name: NAME, clusters: { east: { ...east, nodes: east.nodes.slice(0, 2) } } }),
  );
  return file;
}

async function containers(dockerHost: string): Promise<string[]> {
  const { stdout } = await exec('docker', ['ps', '--all', '--format', '{{.Names}}'], {
    env: { DOCKER_HOST: dockerHost },
  });
  return stdout.split('\n').filter((name) => name.startsWith(NAME));
}

test('Ctrl-C in the middle of env up is seen, said, and cleaned up by env down', async ({}, info) => {
  const dockerHost = dockerHostOf(requireLab().access);
  const file = smallEnvironment(info.outputPath('interrupted.yaml'));
  // As a supervisor does it: the signal goes to what was started, and no terminal tells the rest of the group.
  const launcher = join(projectRoot, 'bin', 'meshproof.mjs');
  const child = spawn(execPath, [launcher, 'env', 'up', '--environment', file], {
    cwd: projectRoot,
    env: { ...process.env, ...programEnvironment() },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  try {
    await waitFor('a container of the cluster', async () => (await containers(dockerHost)).length > 0, {
      timeoutMs: 120_000,
      everyMs: 200,
    });
    child.kill('SIGINT');
    expect(await ended).toBe(3);
    expect(said).toContain('interrupted is half-made');
    expect(said).toContain('meshproof env down interrupted');
    expect((await meshproof(['env', 'list'])).stdout).toMatch(/interrupted +half-made/);
    expect((await meshproof(['env', 'status', NAME])).exitCode).toBe(64);
  } finally {
    child.kill('SIGKILL');
    const down = await meshproof(['env', 'down', NAME]);
    expect(down.exitCode, down.stderr).toBe(0);
  }
  expect(await containers(dockerHost)).toEqual([]);
  expect((await meshproof(['env', 'list'])).stdout).not.toContain(NAME);
  const networks = await exec('docker', ['network', 'ls', '--format', '{{.Name}}'], {
    env: { DOCKER_HOST: dockerHost },
  });
  expect(networks.stdout).not.toContain(NAME);
  const rules = await exec('iptables', ['-w', '-S', 'DOCKER-USER']);
  expect(rules.stdout).not.toContain(NAME);
});
