import { guardFault } from '../fault/guard.ts';
import { type ActiveFault, injectFault } from '../fault/inject.ts';
import { mechanismOf } from '../fault/mechanisms.ts';
import { planLive } from '../fault/plan.ts';
import type { FaultSpec } from '../model/fault.ts';
import type { FaultPlan } from '../model/fault-plan.ts';
import type { Lab } from '../model/lab.ts';
import { errorMessage } from '../support/errors.ts';
import type { EventLog } from './events.ts';
import { type NodesOfApp, resolveFault } from './resolve.ts';
import type { Looked } from './surroundings.ts';

/** A fault without a time of its own is held no longer: its dead-man comes then, whatever happens to the game day. */
const LONGEST_HOLD_MS = 900_000;
/** The dead-man waits so long past the planned end. */
const SLACK_MS = 60_000;
/** So near to a deadline nobody waits any longer: a revert of ours is proven, one by the dead-man is not. */
const TOO_NEAR_MS = 20_000;

/** What became of one fault. */
export interface FaultRecord {
  name: string;
  plan: FaultPlan;
  /** When its preparation began: nothing was touched before. */
  preparedAt: number;
  injectedAt: { from: number; to: number } | undefined;
  effect: string | undefined;
  revertedAt: number | undefined;
  proof: string | undefined;
  /** Why it was not proven any more that it bites, while it was held. */
  stoppedBiting: string | undefined;
  /** What the probes' proxies said just before it; undefined where nobody asked. */
  around?: Looked;
}

/** The faults of a game day: several at once, each known by a name. */
export interface Faults {
  readonly records: readonly FaultRecord[];
  /** Names of those that hold. */
  held(): string[];
  /** Resolves when it is seen to bite, with the time at which it was in place. */
  inject(
    name: string,
    spec: FaultSpec,
    options: { holdMs?: number; allowLastCopy?: boolean },
  ): Promise<number>;
  /** Idempotent; throws when it cannot be proven to be gone. */
  revert(name: string): Promise<void>;
  /** All that hold, the latest first; what could not be reverted, in words. */
  revertAll(): Promise<string[]>;
  /** Takes back what eased returns, once all is steady. */
  settle(): Promise<void>;
  /** Looks whether those that hold still bite, and reverts what its dead-man is about to. */
  watch(): Promise<void>;
}

/** Where faults are injected, and what may be. */
export interface FaultsOptions {
  lab: Lab;
  run: string;
  events: EventLog;
  nodesOf: NodesOfApp;
  /** Faults may take the last ready copies of what is not ours, whatever the scenario says. */
  allowAll: boolean;
  /** Everything but the injection. */
  rehearse: boolean;
  /** Looks at what decides how long calls should take to get around a fault. */
  lookAround?: () => Promise<Looked>;
  /** Who carries faults out; the mechanisms themselves unless a test says otherwise. */
  hands?: Hands;
}

/** Injects, and asks whether what was injected still bites (throws when it does not). */
export interface Hands {
  inject(plan: FaultPlan): Promise<ActiveFault>;
  bites(plan: FaultPlan): Promise<unknown>;
}

const MECHANISMS: Hands = {
  inject: (plan) => injectFault(plan),
  bites: (plan) => mechanismOf(plan).proveEffect(plan),
};

export function createFaults({
  lab,
  run,
  events,
  nodesOf,
  allowAll,
  rehearse,
  lookAround,
  hands = MECHANISMS,
}: FaultsOptions): Faults {
  const records: FaultRecord[] = [];
  const active = new Map<string, ActiveFault>();
  const over: ActiveFault[] = [];
  const recordOf = (name: string) => records.findLast((one) => one.name === name);
  const revert = async (name: string): Promise<void> => {
    const fault = active.get(name);
    if (!fault) return;
    active.delete(name);
    const { at, proof } = await fault.revert();
    over.push(fault);
    const record = recordOf(name);
    if (record) Object.assign(record, { revertedAt: at, proof });
    events.add('reverted', proof, name);
  };
  return {
    records,
    held: () => [...active.keys()],
    async inject(name, given, { holdMs, allowLastCopy = false }) {
      const preparedAt = Date.now();
      const spec = await resolveFault(given, lab, nodesOf);
      // What comes of two faults together is not predicted, and one that holds may keep proxies from answering.
      const around = active.size === 0 ? await lookAround?.() : undefined;
      const held = [...active.values()].map((fault) => fault.plan);
      const lastsMs = (holdMs ?? LONGEST_HOLD_MS) + SLACK_MS;
      const plan = await planLive(spec, lab, { run, lastsMs, open: held });
      await guardFault(plan, lab, { open: held, allowLastCopy: allowLastCopy || allowAll });
      records.push({
        name,
        plan,
        preparedAt,
        ...(around ? { around } : {}),
        injectedAt: undefined,
        effect: undefined,
        revertedAt: undefined,
        proof: undefined,
        stoppedBiting: undefined,
      });
      events.add(
        'inject',
        rehearse ? `(rehearsal: not injected) ${plan.blastRadius}` : plan.blastRadius,
        name,
      );
      if (rehearse) return Date.now();
      const fault = await hands.inject(plan);
      active.set(name, fault);
      Object.assign(recordOf(name) ?? {}, { injectedAt: fault.injectedAt, effect: fault.effect });
      events.add('effect', fault.effect, name);
      return fault.injectedAt.to;
    },
    revert,
    async revertAll() {
      const failures: string[] = [];
      for (const name of [...active.keys()].toReversed())
        await revert(name).catch((error: unknown) => failures.push(errorMessage(error)));
      return failures;
    },
    async settle() {
      await Promise.all(over.map((fault) => fault.settle()));
    },
    async watch() {
      for (const [name, fault] of active) {
        const { plan } = fault;
        if (plan.deadline - Date.now() < TOO_NEAR_MS) {
          events.add('decision', 'its dead-man is near, so it is reverted now', name);
          await revert(name);
          continue;
        }
        const record = records.find((one) => one.plan.id === plan.id);
        if (plan.mechanism === 'delete-pods' || !record || record.stoppedBiting !== undefined) continue;
        await hands.bites(plan).catch((error: unknown) => {
          // Reverted meanwhile: nothing is to bite any more, whatever has the name now.
          if (active.get(name) !== fault) return;
          record.stoppedBiting = errorMessage(error);
          events.add('not-biting', record.stoppedBiting, name);
        });
      }
    },
  };
}
