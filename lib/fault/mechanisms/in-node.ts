import type { FaultPlan, FaultTarget } from '../../model/fault-plan.ts';
import { exec } from '../../support/exec.ts';
import { dockerHostOf, mustRunInNode, runInNode } from '../../support/node-access.ts';

/** Runs a command in a target's node; throws when it fails or takes over 30 s. */
export function inNode(plan: FaultPlan, target: FaultTarget, command: readonly string[], input?: string) {
  return mustRunInNode(plan.access, target.container, command, input === undefined ? {} : { input });
}

/**
 * As {@link inNode}, for what breaks something or leaves a mark: refused in the node itself once the deadline is over. A
 * process of ours that was frozen meanwhile, and wakes up behind its dead-man, does no harm any more.
 */
export function inNodeInTime(
  plan: FaultPlan,
  target: FaultTarget,
  command: readonly string[],
  input?: string,
) {
  return inNode(plan, target, inTime(plan, command), input);
}

/** A command that fails, and does nothing, past the deadline of a plan; by the clock of where it runs. */
export function inTime({ deadline }: Pick<FaultPlan, 'deadline'>, command: readonly string[]): string[] {
  const last = Math.floor(deadline / 1000) - 1;
  const check = `[ "$(date +%s)" -lt ${last} ] || { echo 'too late: the deadline is over' >&2; exit 1; }; exec "$@"`;
  return ['sh', '-c', check, 'sh', ...command];
}

/** As {@link inNode}; the exit code is the caller's matter. */
export function tryInNode(plan: FaultPlan, target: FaultTarget, command: readonly string[]) {
  return runInNode(plan.access, target.container, command);
}

/** Whether a service of the node is active; false also when its container does not answer. */
export async function isActive(plan: FaultPlan, target: FaultTarget, service: string): Promise<boolean> {
  return (await tryInNode(plan, target, ['systemctl', 'is-active', service])).exitCode === 0;
}

/** Does it for all targets at once. */
export async function onEach(
  plan: FaultPlan,
  work: (target: FaultTarget) => Promise<unknown>,
): Promise<void> {
  await Promise.all(plan.targets.map(work));
}

/** The nodes of a plan, for a person. */
export function nodesOf(plan: FaultPlan): string {
  return plan.targets.map(({ node }) => node).join(', ');
}

/** The engine of a plan that pauses, kills or starts nodes. */
export function envOf({ access }: Pick<FaultPlan, 'access'>) {
  return { env: { DOCKER_HOST: dockerHostOf(access) } };
}

/** Runs a command on this machine that breaks something, unless the deadline is over; throws after the timeout. */
export function execInTime(plan: FaultPlan, command: readonly string[], timeout = 30_000) {
  const [program = '', ...args] = inTime(plan, command);
  return exec(program, args, { ...envOf(plan), timeout });
}

/** One word of a shell command, whatever is in it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
