import type { FaultPlan } from '../../model/fault-plan.ts';
import type { NodeAccess } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { inNode, nodesOf, onEach, quoted, tryInNode } from './in-node.ts';
import { FOLDER, faultsWith } from './undo-file.ts';

const UNITS = '/etc/systemd/system';

/**
 * Arms a dead-man in every target's own node, which needs nobody else at the deadline, and confirms each. It survives a
 * reboot of the node: one whose deadline came meanwhile acts as soon as the node is back. Afterwards nothing of it is left.
 */
export async function armTimers(plan: FaultPlan, inverse: readonly string[]): Promise<string> {
  await onEach(plan, async (target) => {
    await inNode(plan, target, ['sh', '-s'], armScript(plan, inverse));
    const { stdout } = await inNode(plan, target, ['systemctl', 'is-active', `${unitOf(plan)}.timer`]);
    if (stdout.trim() !== 'active')
      throw new MeshproofError('environment', `${target.node}: dead-man is ${stdout}`);
  });
  return `systemd timer ${unitOf(plan)} active on ${nodesOf(plan)}`;
}

/** Stops the dead-men of a fault that is gone; one that has fired is no error. */
export async function disarmTimers(plan: FaultPlan): Promise<void> {
  await onEach(plan, (target) => tryInNode(plan, target, ['sh', '-c', disarmScript(plan)]));
}

/** Stops one by its mark alone, as a shell command. */
export function disarmScript(plan: Pick<FaultPlan, 'id'>): string {
  return `systemctl disable --now --quiet ${unitOf(plan)}.timer 2>/dev/null; ${forgetScript(plan)}`;
}

/**
 * Writes script, service and timer to the node's disk, and starts the timer. `Persistent`: a moment that passed while the
 * node was off counts when it is back (systemd.timer(5)).
 */
export function armScript(plan: Pick<FaultPlan, 'id' | 'deadline'>, inverse: readonly string[]): string {
  const unit = `${UNITS}/${unitOf(plan)}`;
  const at = `${new Date(plan.deadline).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const file = (path: string, lines: readonly string[]) =>
    `cat > ${path} <<'MESHPROOF_END'\n${lines.join('\n')}\nMESHPROOF_END`;
  return [
    'set -e',
    `mkdir -p ${FOLDER}`,
    file(scriptOf(plan), [deadManScript(plan, inverse)]),
    file(`${unit}.service`, [
      '[Unit]',
      'After=containerd.service',
      '[Service]',
      'Type=oneshot',
      `ExecStart=/bin/sh ${scriptOf(plan)}`,
    ]),
    file(`${unit}.timer`, [
      '[Timer]',
      `OnCalendar=${at}`,
      'Persistent=true',
      'AccuracySec=100ms',
      '[Install]',
      'WantedBy=timers.target',
    ]),
    `systemctl enable --now --quiet ${unitOf(plan)}.timer`,
    '',
  ].join('\n');
}

/** What it does at the deadline: the inverse, with all its words, and away with itself. */
export function deadManScript(plan: Pick<FaultPlan, 'id'>, inverse: readonly string[]): string {
  return `${inverse.map(quoted).join(' ')}\n${forgetScript(plan)}`;
}

function forgetScript(plan: Pick<FaultPlan, 'id'>): string {
  const unit = unitOf(plan);
  const files = [
    scriptOf(plan),
    `${UNITS}/${unit}.service`,
    `${UNITS}/${unit}.timer`,
    `${UNITS}/timers.target.wants/${unit}.timer`,
    `/var/lib/systemd/timers/stamp-${unit}.timer`,
  ];
  return `rm -f ${files.join(' ')}`;
}

function unitOf({ id }: Pick<FaultPlan, 'id'>): string {
  return `meshproof-${id}`;
}

function scriptOf({ id }: Pick<FaultPlan, 'id'>): string {
  return `${FOLDER}/${id}.dead-man`;
}

/** Faults whose dead-men still wait in a node, whoever armed them. */
export function leftoverDeadMen(container: string, access: NodeAccess): Promise<string[]> {
  return faultsWith('dead-man', container, access);
}
