import type { FaultPlan } from '../model/fault.ts';
import type { Mechanism } from './mechanism.ts';
import { dockerPause } from './mechanisms/docker-pause.ts';
import { dockerNodes } from './mechanisms/docker.ts';
import { nftables } from './mechanisms/nftables.ts';
import { signal } from './mechanisms/signal.ts';
import { systemd } from './mechanisms/systemd.ts';

const MECHANISMS: Record<FaultPlan['mechanism'], Mechanism> = {
  docker: dockerNodes,
  'docker-pause': dockerPause,
  nftables,
  signal,
  systemd,
};

/** The mechanism that a plan names. */
export function mechanismOf(plan: Pick<FaultPlan, 'mechanism'>): Mechanism {
  return MECHANISMS[plan.mechanism];
}
