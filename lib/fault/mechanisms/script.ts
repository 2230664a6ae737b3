import type { PodSpec } from '../../model/fault.ts';
import type { FaultPlan, FaultTarget } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import { waitFor } from '../../support/kube.ts';
import type { NodeAccess } from '../../model/lab.ts';
import { runInNode } from '../../support/node-access.ts';
import type { Mechanism } from '../mechanism.ts';
import { armTimers, disarmTimers } from './dead-man.ts';
import { inNodeInTime, isActive, nodesOf, onEach, tryInNode } from './in-node.ts';
import { allReady, isReady, kubectl, podsOf } from './kubectl.ts';
import { workOf } from './works.ts';

/**
 * Runs a script of ours in the nodes, as a service of theirs that ends by itself past the deadline. The dead-man stops it;
 * nothing of it is left on the node's disk.
 */
export const script: Mechanism = {
  arm: (plan) => armTimers(plan, ['sh', '-c', endScript(plan)]),
  async inject(plan) {
    const seconds = Math.max(1, Math.ceil((plan.deadline - Date.now()) / 1000));
    const start = [
      'systemd-run',
      `--unit=${unitOf(plan)}`,
      '--collect',
      `--property=RuntimeMaxSec=${seconds}`,
    ];
    await onEach(plan, (target) => inNodeInTime(plan, target, [...start, 'sh', '-c', workOf(plan).script]));
  },
  async proveEffect(plan) {
    const seen = async (target: FaultTarget) => {
      const { exitCode, stdout } = await tryInNode(plan, target, ['sh', '-c', workOf(plan).evidence]);
      return exitCode === 0 ? `${target.node}: ${stdout.trim()}` : undefined;
    };
    const words = await waitFor(
      'the script bites',
      async () => {
        const each = (await Promise.all(plan.targets.map(seen))).flatMap((one) => one ?? []);
        return each.length > 0 ? each.join(', ') : undefined;
      },
      { timeoutMs: 20_000, everyMs: 250 },
    ).catch((error: unknown) => {
      throw new MeshproofError('inconclusive', `${plan.spec.kind} was not seen to bite on ${nodesOf(plan)}`, {
        cause: error,
      });
    });
    return words;
  },
  async revert(plan) {
    await onEach(plan, (target) => tryInNode(plan, target, ['sh', '-c', endScript(plan)]));
    if (plan.spec.kind === 'pod-crash-loop') await beginAnew(plan, plan.spec);
  },
  async proveRevert(plan) {
    await onEach(plan, async (target) => {
      if (await isActive(plan, target, unitOf(plan)))
        throw new MeshproofError('environment', `${target.node}: ${unitOf(plan)} still runs`);
      const { left } = workOf(plan);
      if (left && (await tryInNode(plan, target, ['sh', '-c', left])).exitCode === 0)
        throw new MeshproofError('environment', `${target.node}: what ${unitOf(plan)} did is not undone`, {
          nextStep: 'meshproof sweep',
        });
    });
    const words = `${unitOf(plan)} does not run on ${nodesOf(plan)}`;
    if (plan.spec.kind !== 'pod-crash-loop') return words;
    return `${words}, ${await allReady(plan, plan.spec.namespace, plan.spec.app)}`;
  },
  disarm: disarmTimers,
};

/** Stops the service, and undoes what it may have left when it was killed. Idempotent. */
function endScript(plan: FaultPlan): string {
  const { undo } = workOf(plan);
  return [`systemctl stop ${unitOf(plan)}`, ...(undo === undefined ? [] : [undo]), 'true'].join('; ');
}

function unitOf({ id }: Pick<FaultPlan, 'id'>): string {
  return `meshproof-${id}-work.service`;
}

/** The kubelet waits ever longer before it starts again what was killed often: that is ours too, and goes with the pods. */
async function beginAnew(plan: FaultPlan, { namespace, app }: PodSpec): Promise<void> {
  const waiting = (await podsOf(plan, namespace, app)).filter((pod) => !isReady(pod));
  for (const { metadata } of waiting)
    await kubectl(plan, ['delete', 'pod', metadata.name, '--namespace', namespace, '--wait=false']);
}

/** Scripts of ours that still run in a node, whoever left them. */
export async function leftoverScripts(container: string, access: NodeAccess): Promise<string[]> {
  const list = ['systemctl', 'list-units', '--plain', '--no-legend', 'meshproof-*-work.service'];
  const { stdout } = await runInNode(access, container, list);
  return [...stdout.matchAll(/^(meshproof-\S+-work\.service)/gm)].map(([, unit = '']) => unit);
}
