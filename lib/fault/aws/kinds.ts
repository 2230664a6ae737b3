import type { FaultSpec } from '../../model/fault.ts';
import { AWS_MECHANISMS, type AwsMechanismName, type FaultPlan } from '../../model/fault-plan.ts';

const KINDS = [
  'node-kill',
  'node-reboot',
  'node-terminate',
  'zone-outage',
  'link-partition',
  'route-black-hole',
  'peering-route-removal',
  'transit-gateway-disassociation',
  'health-check-inversion',
] as const satisfies readonly FaultSpec['kind'][];

/** A fault that the API of AWS can carry out. */
export type AwsSpec = Extract<FaultSpec, { kind: (typeof KINDS)[number] }>;

export function mayBeOnAws(spec: FaultSpec): spec is AwsSpec {
  return KINDS.some((kind) => kind === spec.kind);
}

/** True for what the API of AWS carries out. */
export function isOnAws({ mechanism }: Pick<FaultPlan, 'mechanism'>): boolean {
  return AWS_MECHANISMS.includes(mechanism as AwsMechanismName);
}
