import { USUAL_SHARES, weigh } from '../../support/container-weight.ts';
import { tryExec } from '../../support/exec.ts';
import { waitFor } from '../../support/kube.ts';
import { KIND_CLUSTER_LABEL, kindClusterName } from './config.ts';
import { type Engine, findEngine } from './engine.ts';
import { deleteCluster } from './leftovers.ts';
import { kindContainers } from './nodes.ts';
import { isBeingStarted, killMakers } from './makers.ts';

/**
 * Weight of a booting guest against 1024 of every other node (Docker's --cpu-shares): in the field a cluster that
 * joins brings its own machines; here it shares one, and must not slow down the mesh that it is to leave alone.
 */
const BOOTING_SHARES = 512;

/**
 * Runs `boot` while the nodes that it makes get the processor only when nobody else wants it. They have their usual
 * share when it ends. Best effort: an engine that knows no shares is no reason to fail.
 */
export async function withRightOfWay<T>(engine: Engine, cluster: string, boot: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const yielding = giveWay(engine, cluster, ended.signal).catch(() => undefined);
  try {
    return await boot();
  } finally {
    ended.abort();
    await yielding;
    const nodes = await kindContainers(engine.env, cluster, 'running').catch(() => []);
    await weigh(engine.env, nodes, USUAL_SHARES);
  }
}

/** The watch for starting nodes ends by itself, should whoever wants it be killed; longer than any boot. */
const WATCH_SECONDS = 600;

/** Lowers the weight of each node of the cluster as soon as its container starts. */
async function giveWay(engine: Engine, cluster: string, signal: AbortSignal): Promise<void> {
  const filters = ['--filter', `label=${KIND_CLUSTER_LABEL}=${cluster}`, '--filter', 'event=start'];
  const until = Math.ceil(Date.now() / 1000) + WATCH_SECONDS;
  const changed: Promise<unknown>[] = [];
  await tryExec('docker', ['events', ...filters, '--until', String(until), '--format', '{{.Actor.ID}}'], {
    env: engine.env,
    signal,
    onLine: (container) => changed.push(weigh(engine.env, [container], BOOTING_SHARES)),
  }).catch(() => undefined);
  await Promise.all(changed);
}

/**
 * As {@link GuestProvider.drop}. The process that makes it is ended first: it would go on making. A node that Docker was
 * told to start just before is waited for: until then it may not even be listed.
 */
export async function dropGuest(environment: string, cluster: string): Promise<string[]> {
  const name = kindClusterName(environment, cluster);
  killMakers(name);
  const engine = await findEngine();
  if (!engine) return [];
  await waitFor(`Docker has started what it was told to of ${name}`, async () => !isBeingStarted(name), {
    timeoutMs: 60_000,
  });
  const containers = await kindContainers(engine.env, name);
  await deleteCluster(engine, name);
  return containers.map((container) => `node ${container}`);
}
