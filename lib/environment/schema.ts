import { z } from 'zod';
import { nodeImages } from './images-schema.ts';
import { FAULT_KINDS } from '../model/fault.ts';
import { INVARIANTS } from '../model/invariants.ts';
import { eksSchema } from './eks/schema.ts';
import { duration, latencyBudgets, ratio } from './latency-schema.ts';
import { cidr, name } from './name-schema.ts';

const cluster = z.strictObject({
  region: name.describe('label topology.kubernetes.io/region of its nodes'),
  network: name.describe('clusters on different networks reach each other through gateways only'),
  podCidr: cidr,
  serviceCidr: cidr,
  nodes: z
    .array(z.strictObject({ role: z.enum(['control-plane', 'worker']), zone: name }))
    .default([])
    .describe('of kind: exactly one control-plane, at least one worker; of all others: left out'),
});

const provider = z
  .strictObject({
    kind: z
      .strictObject({ images: z.enum(['auto', 'registry', 'source']) })
      .exactOptional()
      .describe('clusters are made on this machine, and removed again'),
    kubeconfig: z
      .strictObject({
        file: z
          .string()
          .min(1)
          .exactOptional()
          .describe('what kubectl would take (KUBECONFIG, ~/.kube/config) when left out'),
        contexts: z.record(name, z.string().min(1)).describe('context of each cluster'),
        images: nodeImages,
      })
      .exactOptional()
      .describe('clusters that exist already, with their mesh; nothing is installed'),
    eks: eksSchema.exactOptional().describe('clusters are made on AWS, and removed again; they cost money'),
  })
  .refine((one) => Object.keys(one).length === 1, 'name one provider: kind, kubeconfig or eks');

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

/** Without forward secrecy or authenticated encryption, or both (RFC 9325 §4): none may be taken. */
const WEAK_CIPHERS = [
  'AES128-SHA',
  'AES256-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES256-SHA384',
  'NULL-SHA256',
];

/** The schema of `environments/*.yaml`. Unknown keys are errors: a typo must never be a silent default. */
export const environmentSchema = z.strictObject({
  name,
  provider,
  clusters: z.record(name, cluster).refine((all) => Object.keys(all).length > 0, 'at least one cluster'),
  mesh: z.strictObject({
    istio: z.strictObject({
      id: name,
      trustDomain: z.string().min(1),
      mtls: z.enum(['strict', 'permissive']),
      resilience,
      mcs: z.boolean().default(false).describe('Multi-Cluster Services API: clusterset.local, ServiceExport'),
      clusterLocal: z
        .array(z.string().regex(/^(\*\.)?[a-z0-9.-]+$/, 'a host name, `*.` allowed in front'))
        .default([])
        .describe('hosts whose endpoints never serve another cluster'),
      accessLog: z.boolean().default(false).describe('proxies log each call as one line of JSON'),
      multiRoot: z
        .boolean()
        .default(false)
        .describe('a second root of trust reaches running proxies, so that a root can be replaced'),
      workloadKeys: z
        .enum(['rsa', 'ecdsa'])
        .default('rsa')
        .describe('keys of workload certificates: RSA 2048, as Istio does by itself, or ECDSA P-256'),
    }),
  }),
  expect: z.strictObject({
    mtls: z.enum(['strict', 'permissive']),
    answeredBy: z.enum(['all-clusters', 'own-cluster']),
    networkPolicy: z
      .enum(['enforced', 'unenforced', 'unknown'])
      .default('unknown')
      .describe('whether the CNI carries out NetworkPolicy; unknown: a finding, and no failure'),
    tls: z
      .strictObject({
        minVersion: z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']),
        refusedCiphers: z.array(z.string().min(1)).describe('OpenSSL names of cipher suites up to TLS 1.2'),
      })
      .default({ minVersion: 'TLSv1.2', refusedCiphers: WEAK_CIPHERS })
      .describe('what workloads take from clients'),
    certificates: z
      .strictObject({
        minValidity: z.strictObject({ leaf: duration, authority: duration }),
        withdrawnRoot: z.enum(['refused', 'unknown']).default('unknown'),
      })
      .default({ minValidity: { leaf: '1h', authority: '720h' }, withdrawnRoot: 'unknown' })
      .describe('time that every certificate of the mesh must have left'),
    dns: z
      .strictObject({
        maxTtl: duration.describe(
          'no answer of the cluster DNS, "no such name" included, may be kept longer',
        ),
      })
      .default({ maxTtl: '30s' }),
    clockOffset: duration.default('100ms').describe('the clocks of no two nodes differ by more'),
  }),
  budgets: z.strictObject({
    latency: latencyBudgets,
    failover: z.strictObject({ nodeKill: failoverBudget, linkPartition: failoverBudget }),
    propagation: duration.describe(
      'a change of services → in force in every cluster: for calls (suite discovery), and for all proxies while the mesh holds 10, 100 and 500 services (meshproof cost)',
    ),
    observability: z
      .strictObject({
        metrics: duration.describe('a call → counted by the proxies at both ends'),
        accessLog: duration.describe('a call → in the logs of the proxies at both ends'),
      })
      .default({ metrics: '5s', accessLog: '20s' }),
    policyPropagation: duration.default('10s').describe('a new rule of access → in force in every cluster'),
    dns: z
      .strictObject({
        p99: duration.describe('of a lookup over UDP, from its intended send time'),
        restart: z.strictObject({
          errorSeconds: z.number().min(0).describe('failed lookups divided by the rate'),
          longestGap: duration.describe('longest time between the sends of two answered lookups'),
        }),
        failover: duration
          .optional()
          .describe(
            'a health check turns → every cluster hears the other record (suite aws/failover); the TTL of the record and 60s when left out',
          ),
      })
      .default({ p99: '100ms', restart: { errorSeconds: 1, longestGap: '1s' } })
      .describe('name resolution, and what a rolling restart of the cluster DNS may cost'),
  }),
  faults: z
    .strictObject({
      deny: z.array(z.enum(FAULT_KINDS)).default([]).describe('kinds that are never injected here'),
      nodes: ratio.default(1).describe('share of the nodes of a cluster that faults may touch together'),
      zones: ratio.default(1).describe('share of all zones'),
      clusters: ratio.default(1).describe('share of all clusters'),
    })
    .prefault({})
    .describe('what may be broken, and how much of it at a time; everything when left out'),
  waivers: z
    .array(
      z.strictObject({
        invariant: z.enum(INVARIANTS),
        match: z.string().min(3).describe('a text that the finding contains'),
        reason: z.string().min(10),
        owner: z.string().min(1).optional(),
        expires: z.iso.date().describe('last day on which it holds (UTC)'),
      }),
    )
    .default([])
    .describe(
      'breaches of what must hold throughout a run that are let pass until a date; shown in every report',
    ),
  quarantine: z
    .array(
      z.strictObject({
        test: z
          .string()
          .regex(/^[\w-]+\/[^:]+: ./, 'the id of a test, as `meshproof verify --list` shows it')
          .describe('id of the test, exactly as `meshproof verify --list` shows it'),
        reason: z.string().min(10),
        owner: z.string().min(1).describe('who answers for it'),
        expires: z.iso.date().describe('last day on which it holds (UTC); the test decides again after'),
      }),
    )
    .default([])
    .describe(
      'tests that run and are shown, but do not decide the verdict until a date; broken is never let pass',
    ),
});

export type EnvironmentFile = z.infer<typeof environmentSchema>;

/** The JSON Schema that editors use (`environments/environment.schema.json`). */
export function environmentJsonSchema(): string {
  const schema = z.toJSONSchema(environmentSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Meshproof environment', ...schema }, null, 2)}\n`;
}
