import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Place } from '../model/observation.ts';
import { MeshproofError } from '../support/errors.ts';
import { bundleAgent } from './bundle.ts';
import type { Channel } from './channel.ts';
import { AGENT_PORTS, type AgentPorts, DRAIN_VARIABLE } from './wire.ts';

/** A real agent as a process of this machine, on free ports of the loopback: for tests and the fake world. */
export interface LocalAgent extends AsyncDisposable {
  place: Place;
  ports: AgentPorts;
  pid: number;
  /** The way to its control API. */
  channel(): Channel;
  stop(): Promise<void>;
}

/** Starts the bundled agent with this Node; throws an `environment` error when it does not come up. */
export async function startLocalAgent(
  place: Partial<Place> = {},
  { drainMs = 0 }: { drainMs?: number } = {},
): Promise<LocalAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'meshproof-agent-'));
  const file = join(folder, 'agent.mjs');
  await writeFile(file, await bundleAgent());
  const child = spawn(process.execPath, [file], {
    // Its stdin ends with this process, however that dies, and the agent with it.
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environmentOf(place), [DRAIN_VARIABLE]: String(drainMs) },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const started = await Promise.race([firstLine(child.stdout), exited]);
  if (typeof started !== 'string' || child.pid === undefined) {
    await stop();
    throw new MeshproofError('environment', 'the local agent ended before it listened');
  }
  const { listening: ports, place: reported } = JSON.parse(started) as {
    listening: LocalAgent['ports'];
    place: Place;
  };
  return {
    place: reported,
    ports,
    pid: child.pid,
    channel: () => ({
      name: `local agent ${reported.pod}`,
      host: '127.0.0.1',
      port: ports.control,
      close: async () => {},
    }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function environmentOf(place: Partial<Place>): Record<string, string> {
  return {
    MESHPROOF_CLUSTER: place.cluster ?? 'east',
    MESHPROOF_REGION: place.region ?? 'local-1',
    MESHPROOF_ZONE: place.zone ?? 'local-1a',
    NODE_NAME: place.node ?? 'node-1',
    POD_NAME: place.pod ?? 'agent-1',
    MESHPROOF_END_WITH_STDIN: 'true',
    MESHPROOF_BIND: '127.0.0.1',
    ...Object.fromEntries(
      Object.keys(AGENT_PORTS).map((name) => [`MESHPROOF_${name.toUpperCase()}_PORT`, '0']),
    ),
  };
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: stream });
  return new Promise((resolve) => lines.once('line', resolve));
}
