import type { FaultPlan, FaultTarget } from '../../model/fault.ts';
import { MeshproofError } from '../../support/errors.ts';
import { exec, tryExec } from '../../support/exec.ts';
import { waitFor } from '../../support/kube.ts';
import { armWatchdog, disarmWatchdog } from '../watchdog-control.ts';
import type { Mechanism } from '../mechanism.ts';
import { envOf, execInTime, isActive, nodesOf, onEach } from './in-node.ts';

/**
 * Stops everything in the containers that are kind's nodes with the kernel's freezer: connections stay open and nobody
 * answers, as on a machine that hangs. The dead-man is a watchdog process: nothing in a frozen node runs a timer.
 */
export const dockerPause: Mechanism = {
  arm: (plan) => armWatchdog(plan),
  async inject(plan) {
    await onEach(plan, ({ container }) => execInTime(plan, ['docker', 'pause', container]));
  },
  async proveEffect(plan) {
    for (const target of plan.targets) {
      if (!(await isPaused(plan, target)))
        throw new MeshproofError('inconclusive', `${target.node} goes on after docker pause`);
    }
    return `all processes stand still on ${nodesOf(plan)}`;
  },
  async revert(plan) {
    await onEach(plan, (target) => unpause(plan, target.container));
  },
  async proveRevert(plan) {
    for (const target of plan.targets) {
      await waitFor(
        `${target.node}: goes on, and its kubelet with it`,
        async () => !(await isPaused(plan, target)) && isActive(plan, target, 'kubelet'),
        { timeoutMs: 60_000, nextStep: `docker unpause ${target.container}` },
      );
    }
    return `no process stands still, and the kubelet runs on ${nodesOf(plan)}`;
  },
  disarm: (plan) => disarmWatchdog(plan),
};

/** Lets a node go on that stands still; true when it did. One that runs, or is not there, is no error. */
export async function unpause(plan: Pick<FaultPlan, 'dockerHost'>, container: string): Promise<boolean> {
  return (
    (await tryExec('docker', ['unpause', container], { ...envOf(plan), timeout: 30_000 })).exitCode === 0
  );
}

async function isPaused(plan: FaultPlan, { container }: FaultTarget): Promise<boolean> {
  const format = '{{.State.Paused}}';
  const { stdout } = await exec('docker', ['inspect', '--format', format, container], envOf(plan));
  return stdout.trim() === 'true';
}
