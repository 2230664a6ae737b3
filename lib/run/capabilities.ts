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
  'invariants',
] as const;
export type SuiteCapability = (typeof CAPABILITIES)[number];
