import type { FaultPlan } from '../../model/fault-plan.ts';
import type { NodeAccess } from '../../model/lab.ts';
import { runInNode } from '../../support/node-access.ts';

/** What must survive a reboot of a node, by the id of its fault and an ending. */
export const FOLDER = '/var/lib/meshproof';

/** The script that undoes a fault, in the node; it removes itself once it has worked. */
export function undoFile({ id }: Pick<FaultPlan, 'id'>): string {
  return `${FOLDER}/${id}.undo`;
}

/** A shell script that leaves such a file; nothing is left half-written. */
export function writeUndoScript(plan: Pick<FaultPlan, 'id'>, undo: string): string {
  const file = undoFile(plan);
  return [
    'set -e',
    `mkdir -p ${FOLDER}`,
    `cat > ${file}.new <<'MESHPROOF_UNDO'`,
    `set -e\n${undo}\nrm -f ${file}`,
    'MESHPROOF_UNDO',
    `mv ${file}.new ${file}`,
  ].join('\n');
}

/** Runs the script once, as a shell command; one that is gone is done. */
export function undoOnce(plan: Pick<FaultPlan, 'id'>): string {
  const file = undoFile(plan);
  return `[ ! -e ${file} ] || sh ${file}`;
}

/** Runs the script until it has worked, for ten minutes: an API server may be away at the deadline. One that is gone is done. */
export function undoCommand(plan: Pick<FaultPlan, 'id'>): string[] {
  return ['sh', '-c', `for i in $(seq 300); do ${undoOnce(plan)} && exit 0; sleep 2; done; exit 1`];
}

/** Scripts of faults that nobody undid, in a node. */
export function leftoverUndos(container: string, access: NodeAccess): Promise<string[]> {
  return faultsWith('undo', container, access);
}

/** Faults that have a file of this ending in a node's folder of ours. */
export async function faultsWith(ending: string, container: string, access: NodeAccess): Promise<string[]> {
  const { stdout } = await runInNode(access, container, ['ls', FOLDER]);
  return stdout
    .split('\n')
    .flatMap((name) => (name.endsWith(`.${ending}`) ? name.slice(0, -ending.length - 1) : []));
}
