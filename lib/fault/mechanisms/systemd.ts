import type { FaultPlan } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import { waitFor } from '../../support/kube.ts';
import type { Mechanism } from '../mechanism.ts';
import { armTimers, disarmTimers } from './dead-man.ts';
import { inNode, inNodeInTime, isActive, nodesOf, onEach } from './in-node.ts';

/** Services of a node that a fault may stop. */
export const NODE_SERVICES = { 'kubelet-stop': 'kubelet', 'runtime-stop': 'containerd' } as const;

/** Stops a service of a node by its own service manager; the dead-man is a timer there that starts it again. */
export const systemd: Mechanism = {
  arm: (plan) => armTimers(plan, ['systemctl', 'start', serviceOf(plan)]),
  async inject(plan) {
    await onEach(plan, (target) => inNodeInTime(plan, target, ['systemctl', 'stop', serviceOf(plan)]));
  },
  async proveEffect(plan) {
    await onEach(plan, async (target) => {
      if (await isActive(plan, target, serviceOf(plan)))
        throw new MeshproofError('inconclusive', `${target.node}: ${serviceOf(plan)} is still active`);
    });
    return `${serviceOf(plan)} is not active on ${nodesOf(plan)}`;
  },
  async revert(plan) {
    await onEach(plan, (target) => inNode(plan, target, ['systemctl', 'start', serviceOf(plan)]));
  },
  async proveRevert(plan) {
    await onEach(plan, (target) =>
      waitFor(`${target.node}: ${serviceOf(plan)} is active`, () => isActive(plan, target, serviceOf(plan)), {
        timeoutMs: 60_000,
        nextStep: `docker exec ${target.container} systemctl start ${serviceOf(plan)}`,
      }),
    );
    return `${serviceOf(plan)} is active on ${nodesOf(plan)}`;
  },
  disarm: disarmTimers,
};

function serviceOf({ spec }: FaultPlan): string {
  if (spec.kind === 'kubelet-stop' || spec.kind === 'runtime-stop') return NODE_SERVICES[spec.kind];
  throw new MeshproofError('bug', `${spec.kind} stops no service`);
}
