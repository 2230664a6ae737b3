import type { MeshDriver } from '../mesh/driver.ts';
import type { DiagnosisQuestion } from '../model/diagnosis.ts';
import type { Lab } from '../model/lab.ts';
import type { ExecResult } from '../support/exec.ts';
import type { Kube } from '../support/kube.ts';

/** What a diagnosis looks through. */
export interface Bench {
  lab: Lab;
  driver: MeshDriver;
  kube(cluster: string): Kube;
  onNode(
    cluster: string,
    node: string,
    command: readonly string[],
    options?: { timeout?: number },
  ): Promise<ExecResult>;
  /** A records of a name, as a pod of this workload gets them; rejects when there is no such pod or no answer. */
  resolve(
    from: NonNullable<DiagnosisQuestion['from']>,
    name: string,
  ): Promise<{ answers: string[]; outcome: string }>;
}

/** A part that hangs must not hold up the rest. */
export const PART_TIMEOUT_MS = 20_000;

/** Rejects when the work has not ended in time. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${PART_TIMEOUT_MS / 1000} s`)),
      PART_TIMEOUT_MS,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
