import type { Area } from '../area.ts';
import type { SuiteCapability } from '../capabilities.ts';
import { bystandersArea, nodesArea } from './bystanders.ts';
import { connectivityArea } from './connectivity.ts';
import { discoveryArea } from './discovery.ts';
import { dnsArea } from './dns.ts';
import { localityArea } from './locality.ts';
import { mtlsArea } from './mtls.ts';
import { observabilityArea } from './observability.ts';
import { policyArea } from './policy.ts';
import { rotationArea } from './rotation.ts';

const AREAS: Partial<Record<SuiteCapability, readonly Area[]>> = {
  connectivity: [connectivityArea],
  // Its callers with captured DNS ask for names in clusterset.local.
  discovery: [discoveryArea, dnsArea],
  dns: [dnsArea],
  mtls: [mtlsArea, rotationArea],
  policy: [policyArea],
  locality: [localityArea],
  observability: [observabilityArea],
  latency: [nodesArea],
};

/** What these measure would be disturbed by pods that they don't look at: a node that comes back starts all of its own. */
const ALONE: readonly SuiteCapability[] = ['latency', 'failover'];

/** The areas that these capabilities bring along, each once. */
export function areasOf(capabilities: readonly SuiteCapability[]): Area[] {
  const own = [...new Set(capabilities.flatMap((capability) => AREAS[capability] ?? []))];
  return capabilities.every((capability) => ALONE.includes(capability))
    ? own
    : [...new Set([bystandersArea, nodesArea, ...own])];
}
