import { tryExec } from './exec.ts';

/** Docker's own weight of a container (--cpu-shares). */
export const USUAL_SHARES = 1024;

/** Gives containers a weight. Best effort: an engine that knows no weights does its work without. */
export async function weigh(
  env: Record<string, string>,
  containers: readonly string[],
  shares: number,
): Promise<void> {
  if (containers.length === 0) return;
  await tryExec('docker', ['update', '--cpu-shares', String(shares), ...containers], { env });
}
