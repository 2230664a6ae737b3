import type { FaultPlan, JournalEntry } from '../model/fault-plan.ts';
import { MeshproofError, errorMessage } from '../support/errors.ts';
import { appendJournal, journalFile } from './journal.ts';
import { mechanismOf } from './mechanisms.ts';
import type { Mechanism } from './mechanism.ts';

/** A fault that is in place, seen to bite, and knows how to go. */
export interface ActiveFault extends AsyncDisposable {
  plan: FaultPlan;
  /** Milliseconds since the epoch around the moment of injection: it came true between the two. */
  injectedAt: { from: number; to: number };
  /** What showed that it bites. */
  effect: string;
  /** Reverts and proves it. Idempotent; a revert that cannot be proven is an `environment` error. */
  revert(): Promise<Reverted>;
  /** After the revert, once all is steady again: takes back what eased the return. Idempotent. */
  settle(): Promise<void>;
}

/** The proof that a fault is gone. */
export interface Reverted {
  /** When the revert began: what was lost may be back from here on. */
  startedAt: number;
  /** When it was proven. */
  at: number;
  proof: string;
}

/**
 * Carries a plan out: journal, dead-man armed and confirmed, injection, proof of effect, in that order.
 * When anything fails on the way, what was done is reverted before the error goes on.
 */
export async function injectFault(
  plan: FaultPlan,
  options: { mechanism?: Mechanism; journal?: string } = {},
): Promise<ActiveFault> {
  const mechanism = options.mechanism ?? mechanismOf(plan);
  const journal = options.journal ?? journalFile(plan.environment);
  const note = (step: JournalEntry['step'], detail?: string) =>
    appendJournal(journal, {
      at: Date.now(),
      fault: plan.id,
      step,
      ...(detail === undefined ? {} : { detail }),
    });
  appendJournal(journal, { at: Date.now(), fault: plan.id, step: 'intent', plan });
  try {
    note('armed', await mechanism.arm(plan));
    note('inject');
    const called = Date.now();
    const from = (await mechanism.inject(plan)) ?? called;
    const to = Date.now();
    const effect = await mechanism.proveEffect(plan);
    note('effect-proven', effect);
    let reverted: Promise<Reverted> | undefined;
    const revert = () => (reverted ??= revertFault(plan, { mechanism, journal }));
    return {
      plan,
      injectedAt: { from, to },
      effect,
      revert,
      settle: async () => mechanism.settle?.(plan),
      async [Symbol.asyncDispose]() {
        await revert();
        await mechanism.settle?.(plan);
      },
    };
  } catch (error) {
    await endFault(plan, { mechanism, journal });
    throw error;
  }
}

/** As {@link revertFault}, for a fault whose return nobody watches: what eased it is taken back at once. */
export async function endFault(
  plan: FaultPlan,
  options: { mechanism?: Mechanism; journal?: string } = {},
): Promise<Reverted> {
  const reverted = await revertFault(plan, options);
  await (options.mechanism ?? mechanismOf(plan)).settle?.(plan);
  return reverted;
}

/** Reverts a fault by its plan alone, proves it, ends its dead-man and journals it: what a sweep does too. */
export async function revertFault(
  plan: FaultPlan,
  options: { mechanism?: Mechanism; journal?: string } = {},
): Promise<Reverted> {
  const mechanism = options.mechanism ?? mechanismOf(plan);
  const journal = options.journal ?? journalFile(plan.environment);
  // A journal that cannot be written any more (a full disk) must not keep the fault standing.
  const note = (step: JournalEntry['step'], at: number, detail: string) => {
    try {
      appendJournal(journal, { at, fault: plan.id, step, detail });
    } catch {
      // The entry stays open, and a sweep will find the fault gone.
    }
  };
  const startedAt = Date.now();
  try {
    note('revert', startedAt, plan.mechanism);
    await mechanism.revert(plan);
    const proof = await mechanism.proveRevert(plan);
    const at = Date.now();
    note('reverted', at, proof);
    await mechanism.disarm(plan);
    return { startedAt, at, proof };
  } catch (error) {
    const message = `${plan.spec.kind} (${plan.id}) could not be reverted: ${errorMessage(error)}`;
    note('revert-failed', Date.now(), message);
    throw new MeshproofError('environment', message, {
      nextStep: 'the dead-man tries at the deadline; meshproof sweep tries now',
      cause: error,
    });
  }
}
