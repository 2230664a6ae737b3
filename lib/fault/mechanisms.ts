import type { FaultPlan } from '../model/fault-plan.ts';
import type { Mechanism } from './mechanism.ts';
import { authority } from './mechanisms/authority.ts';
import { deletePods } from './mechanisms/delete-pods.ts';
import { dockerPause } from './mechanisms/docker-pause.ts';
import { dockerNodes } from './mechanisms/docker.ts';
import { nftables } from './mechanisms/nftables.ts';
import { relay } from './mechanisms/relay.ts';
import { scale } from './mechanisms/scale.ts';
import { script } from './mechanisms/script.ts';
import { signal } from './mechanisms/signal.ts';
import { systemd } from './mechanisms/systemd.ts';

const MECHANISMS: Record<FaultPlan['mechanism'], Mechanism> = {
  authority,
  'delete-pods': deletePods,
  docker: dockerNodes,
  'docker-pause': dockerPause,
  nftables,
  relay,
  scale,
  script,
  signal,
  systemd,
};

/** The mechanism that a plan names. */
export function mechanismOf(plan: Pick<FaultPlan, 'mechanism'>): Mechanism {
  return MECHANISMS[plan.mechanism];
}
