import { z } from 'zod';
import { parseDuration } from '../model/duration.ts';
import { parseCidr } from './cidr.ts';

const name = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    'a name is 1 to 40 characters of a-z, 0-9 and -, and starts with a letter',
  );

/** A duration as people write it; stays text in the JSON Schema, becomes milliseconds through `inMs`. */
const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration is a number and a unit: 250ms, 1.5s, 2m, 1h')
  .describe('a number and a unit: 250ms, 1.5s, 2m, 1h');

const cidr = z
  .string()
  .refine(
    (text) => parseCidr(text) !== undefined,
    'an IPv4 range whose host bits are zero, such as 10.10.0.0/16',
  )
  .describe('IPv4 range, such as 10.10.0.0/16; no two ranges of an environment may overlap');

const ratio = z.number().min(0).max(1);

const cluster = z.strictObject({
  region: name.describe('label topology.kubernetes.io/region of its nodes'),
  network: name.describe('clusters on different networks reach each other through gateways only'),
  podCidr: cidr,
  serviceCidr: cidr,
  nodes: z
    .array(z.strictObject({ role: z.enum(['control-plane', 'worker']), zone: name }))
    .min(2)
    .describe('exactly one control-plane, at least one worker'),
});

const resilience = z.strictObject({
  tryTimeout: duration,
  connectTimeout: duration,
  // Envoy knows a time limit per try only as part of a retry policy, so it takes at least one retry.
  retries: z.int().min(1).max(10),
  localityFailover: z.boolean(),
  outlierDetection: z.strictObject({
    consecutiveErrors: z.int().min(1),
    interval: duration,
    baseEjection: duration,
    maxEjectionPercent: z.int().min(0).max(100),
  }),
});

const latencyBudget = z.strictObject({ p50: duration, p95: duration, p99: duration, errorRatio: ratio });

const failoverBudget = z.strictObject({
  detect: duration.describe('fault seen → first failed call'),
  failover: duration.describe(
    'fault seen → first success from a surviving place after the first failed call',
  ),
  steady: duration.describe('fault seen → error ratio and p99 back inside the margin for a window'),
  failback: duration.describe('revert proven → first success from the place that was lost'),
  longestGap: duration.describe('longest time between the sends of two successes'),
  errorSeconds: z.number().min(0).describe('failed calls divided by the rate'),
});

/** The schema of `environments/*.yaml`. Unknown keys are errors: a typo must never be a silent default. */
export const environmentSchema = z.strictObject({
  name,
  provider: z.strictObject({
    kind: z.strictObject({ images: z.enum(['auto', 'registry', 'source']) }),
  }),
  clusters: z.record(name, cluster).refine((all) => Object.keys(all).length > 0, 'at least one cluster'),
  mesh: z.strictObject({
    istio: z.strictObject({
      id: name,
      trustDomain: z.string().min(1),
      mtls: z.enum(['strict', 'permissive']),
      resilience,
    }),
  }),
  expect: z.strictObject({
    mtls: z.enum(['strict', 'permissive']),
    answeredBy: z.enum(['all-clusters', 'own-cluster']),
  }),
  budgets: z.strictObject({
    latency: z.strictObject({ inCluster: latencyBudget, crossCluster: latencyBudget }),
    failover: z.strictObject({ nodeKill: failoverBudget, linkPartition: failoverBudget }),
    propagation: duration,
  }),
});

export type EnvironmentFile = z.infer<typeof environmentSchema>;

/** Milliseconds of a duration that the schema has let through. */
export function inMs(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

/** The JSON Schema that editors use (`environments/environment.schema.json`). */
export function environmentJsonSchema(): string {
  const schema = z.toJSONSchema(environmentSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Meshproof environment', ...schema }, null, 2)}\n`;
}
