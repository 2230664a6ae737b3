import { USUAL_SHARES, weigh } from '../../support/container-weight.ts';
import type { NodeAccess } from '../../model/lab.ts';
import { tryExec } from '../../support/exec.ts';
import { runInNode } from '../../support/node-access.ts';
import { disarmScript, leftoverDeadMen } from './dead-man.ts';
import { RETURNING_SHARES } from './docker.ts';
import { goOn, standsStill } from './freezer.ts';
import { leftoverTables } from './nftables.ts';
import { leftoverRelays, undoScript } from './relay.ts';
import { leftoverScripts } from './script.ts';
import { leftoverFreezes } from './signal.ts';
import { NODE_SERVICES } from './systemd.ts';
import { leftoverUndos, undoCommand } from './undo-file.ts';

/** Undoes what faults left in a node, whoever left it, by its marks alone. Idempotent; says what there was, in words. */
export async function tidyNode(access: NodeAccess, container: string): Promise<string[]> {
  const inside = (command: readonly string[]) => runInNode(access, container, command);
  const done = access.by === 'engine' ? await tidyContainer(access.dockerHost, container) : [];
  for (const service of Object.values(NODE_SERVICES)) {
    if ((await inside(['systemctl', 'is-active', service])).stdout.trim() !== 'inactive') continue;
    await inside(['systemctl', 'start', service]);
    done.push(`${service} on ${container} was stopped`);
  }
  for (const table of await leftoverTables(container, access)) {
    await inside(['nft', 'delete', 'table', 'inet', table]);
    done.push(`table ${table} on ${container}`);
  }
  for (const id of await leftoverRelays(container, access)) {
    await inside(['sh', '-c', undoScript({ id })]);
    done.push(`relay ${id} on ${container}`);
  }
  for (const unit of await leftoverScripts(container, access)) {
    await inside(['systemctl', 'stop', unit]);
    done.push(`${unit} ran on ${container}`);
  }
  for (const id of await leftoverUndos(container, access)) {
    await inside(undoCommand({ id }));
    done.push(`${id} was not undone on ${container}`);
  }
  for (const id of await leftoverDeadMen(container, access)) {
    await inside(['sh', '-c', disarmScript({ id })]);
    done.push(`a dead-man of ${id} on ${container}`);
  }
  for (const { id, goOn } of await leftoverFreezes(container, access)) {
    await inside(['sh', '-c', goOn]);
    done.push(`processes on ${container} stood still (${id})`);
  }
  return done;
}

/** As {@link tidyNode}, for the container that the node is. */
async function tidyContainer(dockerHost: string, container: string): Promise<string[]> {
  const env = { DOCKER_HOST: dockerHost };
  const done: string[] = [];
  // Before all others: what asks a node that stands still may wait for ever.
  if ((await standsStill(dockerHost, container)) && (await goOn(dockerHost, container)))
    done.push(`node ${container} stood still`);
  const format = '{{.State.Running}} {{.HostConfig.CpuShares}}';
  const state = await tryExec('docker', ['inspect', '--format', format, container], { env });
  const [running, shares] = state.stdout.trim().split(' ');
  if (running === 'false') {
    await tryExec('docker', ['start', container], { env });
    done.push(`node ${container} was stopped`);
  }
  if (Number(shares) === RETURNING_SHARES) {
    await weigh(env, [container], USUAL_SHARES);
    done.push(`node ${container} had the weight of one that returns`);
  }
  return done;
}
