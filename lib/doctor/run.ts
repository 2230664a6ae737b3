import { errorMessage } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import {
  type AnyCheck,
  anyCheck,
  type DoctorHost,
  type Examination,
  type Judgement,
  thisMachine,
} from './check.ts';
import { capabilityCheck, engineCheck } from './checks/engine.ts';
import { kernelCheck } from './checks/kernel.ts';
import {
  cgroupCheck,
  cpuCheck,
  diskCheck,
  forwardCheck,
  inotifyCheck,
  memoryCheck,
  nodeCheck,
} from './checks/machine.ts';
import { packageCheck } from './checks/packages.ts';
import { goCheck, toolChecks } from './checks/tools.ts';

/** What the doctor says of one thing. */
export interface Finding extends Judgement {
  id: string;
  title: string;
  /** True when `--fix` put it right. */
  fixed?: boolean;
}

/** Every check, in the order in which `--fix` has to go: packages before the engine, limits before clusters. */
export const allChecks: readonly AnyCheck[] = [
  anyCheck(nodeCheck),
  anyCheck(cpuCheck),
  anyCheck(memoryCheck),
  anyCheck(diskCheck),
  anyCheck(cgroupCheck),
  anyCheck(kernelCheck),
  anyCheck(capabilityCheck),
  anyCheck(inotifyCheck),
  anyCheck(packageCheck),
  anyCheck(engineCheck),
  anyCheck(forwardCheck),
  anyCheck(goCheck),
  ...toolChecks.map((check) => anyCheck(check)),
];

export interface DoctorOptions {
  /** Put right what can be put right from here. */
  fix?: boolean;
  log: Log;
  host?: DoctorHost;
  checks?: readonly AnyCheck[];
}

/** Examines the machine, and with `fix` puts right what it can. A check that fails itself is a finding, not an error. */
export async function runDoctor(options: DoctorOptions): Promise<Finding[]> {
  const { fix = false, log, host = thisMachine(), checks = allChecks } = options;
  if (!fix) return await Promise.all(checks.map((check) => finding(check, examine(check, host))));
  const findings: Finding[] = [];
  // One after another: a later check may be well because an earlier one was put right.
  for (const check of checks) findings.push(await examineAndFix(check, host, log));
  return findings;
}

async function examineAndFix(check: AnyCheck, host: DoctorHost, log: Log): Promise<Finding> {
  const before = await examine(check, host);
  if (!before.fix) return await finding(check, before);
  try {
    await before.fix(log);
  } catch (error) {
    const found = `${before.found}; could not be put right: ${errorMessage(error)}`;
    return await finding(check, { ...before, found });
  }
  const after = await finding(check, examine(check, host));
  return { ...after, fixed: after.level === 'ok' };
}

async function examine(check: AnyCheck, host: DoctorHost): Promise<Examination> {
  try {
    return await check.examine(host);
  } catch (error) {
    return { level: 'warn', found: `could not be examined: ${errorMessage(error)}` };
  }
}

async function finding(check: AnyCheck, examination: Examination | Promise<Examination>): Promise<Finding> {
  const { fix: _, ...judgement } = await examination;
  return { id: check.id, title: check.title, ...judgement };
}
