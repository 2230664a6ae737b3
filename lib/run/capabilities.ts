import type { Capability } from '../mesh/driver.ts';
import type { ProviderSettings } from '../model/environment.ts';

/** Folders under suites/, in the order in which a person would read them. */
export const CAPABILITIES = [
  'connectivity',
  'discovery',
  'dns',
  'mtls',
  'policy',
  'locality',
  'observability',
  'latency',
  'failover',
  'aws',
  'invariants',
] as const;
export type SuiteCapability = (typeof CAPABILITIES)[number];

/** What clusters of a provider can do beside what their mesh can. */
export function providerCapabilities({ kind }: ProviderSettings): Capability[] {
  return kind === 'eks' ? ['aws'] : [];
}
