import type { V1ConfigMap, V1Lease } from '@kubernetes/client-node';
import type { LeaderSnapshot } from '../model/invariants.ts';

/** Where client-go keeps an election in a ConfigMap; programs that are older than Leases still do. */
const RECORD = 'control-plane.alpha.kubernetes.io/leader';
/** Of an election that says nothing about it (Kubernetes' default). */
const DURATION_S = 15;

interface ElectionRecord {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  renewTime?: string;
  leaderTransitions?: number;
}

/** The election that a ConfigMap holds; undefined when it holds none. */
export function electionInMap({ metadata }: V1ConfigMap): LeaderSnapshot | undefined {
  const record = metadata?.annotations?.[RECORD];
  if (record === undefined) return undefined;
  const said = JSON.parse(record) as ElectionRecord;
  return {
    lease: `${metadata?.namespace}/${metadata?.name}`,
    holder: said.holderIdentity ?? '',
    transitions: said.leaderTransitions ?? 0,
    validUntil: validUntil(said.renewTime, said.leaseDurationSeconds),
  };
}

/** The election that a Lease is. */
export function electionOfLease({ metadata, spec }: V1Lease): LeaderSnapshot {
  return {
    lease: `${metadata?.namespace}/${metadata?.name}`,
    holder: spec?.holderIdentity ?? '',
    transitions: spec?.leaseTransitions ?? 0,
    validUntil: validUntil(spec?.renewTime, spec?.leaseDurationSeconds),
  };
}

function validUntil(renewed: string | Date | undefined, seconds = DURATION_S): number {
  return new Date(renewed ?? 0).getTime() + seconds * 1000;
}
