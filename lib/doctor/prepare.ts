import { MeshproofError } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import { anyCheck } from './check.ts';
import { engineCheck } from './checks/engine.ts';
import { forwardCheck, inotifyCheck } from './checks/machine.ts';
import { packageCheck } from './checks/packages.ts';
import { runDoctor } from './run.ts';

/**
 * Puts right what kind clusters need of the machine: packages, kernel limits, an engine. What stays missing is
 * one `environment` error with the remedies. Tools and images are made when they are needed.
 */
export async function prepareMachine(log: Log): Promise<void> {
  const checks = [
    anyCheck(inotifyCheck),
    anyCheck(packageCheck),
    anyCheck(engineCheck),
    anyCheck(forwardCheck),
  ];
  const findings = await runDoctor({ fix: true, log, checks });
  for (const { title, found, fixed } of findings) if (fixed) log.info(`${title}: put right (${found})`);
  const missing = findings.filter(({ level }) => level === 'missing');
  if (missing.length === 0) return;
  const remedies = missing.flatMap(({ remedy }) => remedy ?? []);
  throw new MeshproofError(
    'environment',
    missing.map(({ title, found }) => `${title}: ${found}`).join('\n'),
    {
      nextStep: remedies.length > 0 ? remedies.join('\n  → ') : 'meshproof doctor',
    },
  );
}
