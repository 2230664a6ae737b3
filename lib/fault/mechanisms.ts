import type { FaultPlan } from '../model/fault.ts';
import type { Mechanism } from './mechanism.ts';
import { dockerNodes } from './mechanisms/docker.ts';
import { nftables } from './mechanisms/nftables.ts';

/** The mechanism that a plan names. */
export function mechanismOf(plan: Pick<FaultPlan, 'mechanism'>): Mechanism {
  switch (plan.mechanism) {
    case 'docker':
      return dockerNodes;
    case 'nftables':
      return nftables;
  }
}
