import type { FaultPlan, FaultTarget } from '../../model/fault-plan.ts';
import { USUAL_SHARES, weigh } from '../../support/container-weight.ts';
import { MeshproofError } from '../../support/errors.ts';
import { exec } from '../../support/exec.ts';
import { waitFor } from '../../support/kube.ts';
import { armWatchdog, disarmWatchdog } from '../watchdog-control.ts';
import type { Mechanism } from '../mechanism.ts';
import { envOf, execInTime, isActive } from './in-node.ts';

/**
 * Weight of a node that comes back, where every other has 1024 (Docker's --cpu-shares). In the field it brings its own machine;
 * here all its programs start on one that others share, and with its full weight they took the calls of the other cluster down
 * for seconds.
 */
export const RETURNING_SHARES = 256;

/** So long a node that shuts down has for it; systemd's own limit would be 90 s. */
const SHUTDOWN_S = 20;

/**
 * Kills, or stops in good order, and starts the containers that are kind's nodes: SIGKILL to everything in them is a power loss
 * as far as the cluster can see. The dead-man is a detached watchdog process, since the node itself is gone.
 */
export const dockerNodes: Mechanism = {
  arm: (plan) => armWatchdog(plan),
  async inject(plan) {
    const reboots = plan.spec.kind === 'node-reboot';
    const command = reboots ? ['stop', '--time', String(SHUTDOWN_S)] : ['kill', '--signal', 'KILL'];
    await Promise.all(
      plan.targets.map(({ container }) => execInTime(plan, ['docker', ...command, container])),
    );
  },
  async proveEffect(plan) {
    for (const target of plan.targets) {
      if (await isRunning(plan, target)) {
        throw new MeshproofError('inconclusive', `${target.node} still runs`);
      }
    }
    return `container stopped: ${plan.targets.map(({ container }) => container).join(', ')}`;
  },
  async revert(plan) {
    await Promise.all(
      plan.targets.map(async ({ container }) => {
        await weigh(envOf(plan).env, [container], RETURNING_SHARES);
        await docker(plan, ['start', container]);
      }),
    );
  },
  async settle(plan) {
    const containers = plan.targets.map(({ container }) => container);
    await weigh(envOf(plan).env, containers, USUAL_SHARES);
  },
  async proveRevert(plan) {
    for (const target of plan.targets) {
      await waitFor(
        `${target.node}: container and kubelet run again`,
        async () => (await isRunning(plan, target)) && isActive(plan, target, 'kubelet'),
        { timeoutMs: 60_000, nextStep: `docker start ${target.container}; docker logs ${target.container}` },
      );
    }
    return `container and kubelet run: ${plan.targets.map(({ container }) => container).join(', ')}`;
  },
  disarm: (plan) => disarmWatchdog(plan),
};

async function isRunning(plan: FaultPlan, target: FaultTarget): Promise<boolean> {
  const { stdout } = await docker(plan, ['inspect', '--format', '{{.State.Running}}', target.container]);
  return stdout.trim() === 'true';
}

function docker(plan: FaultPlan, args: string[]) {
  return exec('docker', args, { ...envOf(plan), timeout: 30_000 });
}
