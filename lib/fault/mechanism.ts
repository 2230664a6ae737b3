import type { FaultPlan } from '../model/fault-plan.ts';

/**
 * Carries a fault out on one kind of target. Everything it needs is in the plan, so that a sweep by another
 * process can use it. `revert` is idempotent; proofs give their evidence back in words and throw otherwise:
 * an unproven effect is `inconclusive`, an unproven revert `environment`.
 */
export interface Mechanism {
  /** Arms the dead-man where the fault will live and confirms that it is armed. */
  arm(plan: FaultPlan): Promise<string>;
  /** Gives the moment from which it harms, milliseconds since the epoch, where that is not about when it is called. */
  inject(plan: FaultPlan): Promise<number | void>;
  proveEffect(plan: FaultPlan): Promise<string>;
  revert(plan: FaultPlan): Promise<void>;
  proveRevert(plan: FaultPlan): Promise<string>;
  /** Takes back what eased the target's return, once all is steady again; left out where nothing does. Idempotent. */
  settle?(plan: FaultPlan): Promise<void>;
  /** Stops a dead-man that is no longer needed. */
  disarm(plan: FaultPlan): Promise<void>;
}
