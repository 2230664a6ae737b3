import type { FaultPlan } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import { waitFor } from '../../support/kube.ts';
import { dockerHostOf } from '../../support/node-access.ts';
import { armWatchdog, disarmWatchdog } from '../watchdog-control.ts';
import type { Mechanism } from '../mechanism.ts';
import { goOn, standsStill } from './freezer.ts';
import { execInTime, isActive, nodesOf, onEach } from './in-node.ts';

/**
 * Stops everything in the containers that are kind's nodes with the kernel's freezer: connections stay open and nobody
 * answers, as on a machine that hangs. The dead-man is a watchdog process: nothing in a frozen node runs a timer.
 */
export const dockerPause: Mechanism = {
  arm: (plan) => armWatchdog(plan),
  async inject(plan) {
    await onEach(plan, ({ container }) => pause(plan, container));
  },
  async proveEffect(plan) {
    for (const target of plan.targets) {
      if (!(await standsStill(dockerHostOf(plan.access), target.container)))
        throw new MeshproofError('inconclusive', `${target.node} goes on after docker pause`);
    }
    return `all processes stand still on ${nodesOf(plan)}`;
  },
  async revert(plan) {
    await onEach(plan, ({ container }) => goOn(dockerHostOf(plan.access), container));
  },
  async proveRevert(plan) {
    for (const target of plan.targets) {
      await waitFor(
        `${target.node}: goes on, and its kubelet with it`,
        async () =>
          !(await standsStill(dockerHostOf(plan.access), target.container)) &&
          isActive(plan, target, 'kubelet'),
        { timeoutMs: 60_000, nextStep: `docker unpause ${target.container}` },
      );
    }
    return `no process stands still, and the kubelet runs on ${nodesOf(plan)}`;
  },
  disarm: (plan) => disarmWatchdog(plan),
};

/**
 * Where the engine and a process that is being started in the container hold each other (see {@link goOn}) they are freed,
 * and it is paused again; the third time it is an `environment` error.
 */
async function pause(plan: FaultPlan, container: string, attempt = 1): Promise<void> {
  try {
    await execInTime(plan, ['docker', 'pause', container], 5000);
  } catch (error) {
    if (attempt === 3) throw error;
    await goOn(dockerHostOf(plan.access), container);
    await pause(plan, container, attempt + 1);
  }
}
