import { z } from 'zod';
import { duration } from '../environment/latency-schema.ts';
import { name } from '../environment/name-schema.ts';
import { faultSchema } from '../fault/schema.ts';
import { parseDuration } from '../model/duration.ts';

const ms = duration.transform((text) => parseDuration(text) ?? 0);

const ratio = z.number().min(0).max(1);

const steady = z
  .strictObject({ errorRatio: ratio, p99: ms })
  .describe('what counts as a steady state, before the first fault and after the last one');

const during = z
  .strictObject({
    longestGap: ms.exactOptional(),
    errorSeconds: z.number().min(0).exactOptional(),
    availability: ratio.exactOptional(),
    p99: ms.exactOptional(),
    stops: z
      .literal(true)
      .exactOptional()
      .describe('what is watched must be seen to fail: otherwise the faults did not do what they were to do'),
  })
  .describe('what must hold from the first fault to the end');

/** What a probe may watch. */
export const PROBE_PLANES = ['data', 'dns', 'api', 'control', 'certificates'] as const;
export type ProbePlane = (typeof PROBE_PLANES)[number];

/** Calls a second of a probe that names none; those of the mesh's own planes cost the mesh something. */
const USUAL_RATE: Record<ProbePlane, number> = { data: 50, dns: 50, api: 50, control: 0.5, certificates: 1 };
const HIGHEST_RATE: Record<ProbePlane, number> = {
  data: 200,
  dns: 200,
  api: 200,
  control: 2,
  certificates: 5,
};

const probe = z
  .strictObject({
    name: z.string().min(1),
    from: z.string().min(1).describe('the cluster of the caller: its name, @first or @last'),
    plane: z
      .enum(PROBE_PLANES)
      .default('data')
      .describe(
        'what is watched: calls of the service; lookups of its name; TLS handshakes with the API server of the cluster (0.4 s each); changes, until the caller’s proxy has them; certificates of a workload whose own is renewed every few seconds',
      ),
    changesIn: z
      .string()
      .min(1)
      .exactOptional()
      .describe(
        'plane control: the cluster in which changes are made, its name, @first or @last; default: from',
      ),
    service: z
      .string()
      .min(1)
      .default('payments')
      .describe('a service of Meshproof’s own in its mesh namespace'),
    connection: z
      .enum(['pooled', 'fresh'])
      .default('pooled')
      .describe('fresh: each call resolves and connects anew'),
    rate: z
      .number()
      .min(0.2)
      .max(200)
      .exactOptional()
      .describe('calls a second; default 50, of control 0.5 (at most 2), of certificates 1 (at most 5)'),
    steady,
    during: during.exactOptional(),
  })
  .superRefine(({ plane, rate, changesIn }, context) => {
    const refuse = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (rate !== undefined && rate > HIGHEST_RATE[plane])
      refuse('rate', `a probe of ${plane} has ${HIGHEST_RATE[plane]} a second at most`);
    if (changesIn !== undefined && plane !== 'control') refuse('changesIn', 'is of the plane control only');
  })
  .transform((given) => ({ ...given, rate: given.rate ?? USUAL_RATE[given.plane] }));

const inject = z.strictObject({
  inject: faultSchema.describe(
    'as in meshproof fault; also @first, @last, @node:APP, @zone:APP and @worker:N',
  ),
  as: name.exactOptional().describe('a name to revert it by; the kind when left out'),
  for: ms
    .exactOptional()
    .describe('holds it so long and reverts it; it stays until a revert, or the end, when left out'),
  allowLastCopy: z
    .boolean()
    .exactOptional()
    .describe('also when it takes the last ready copy of something that is not Meshproof’s'),
});
const revert = z.strictObject({ revert: name });
const wait = z.strictObject({ wait: ms });
const note = z.strictObject({ note: z.string().min(1) });
const human = z.strictObject({
  human: z.string().min(1).describe('what a person has to do; goes on when they say so'),
});

const single = z.union([inject, revert, wait, note, human]);
const branch = z.array(single).min(1);
const parallel = z.strictObject({
  parallel: z.array(branch).min(2).describe('lists of steps that run side by side'),
});
const repeat = z.strictObject({ repeat: z.int().min(2).max(100), steps: branch });

const abort = z.union([
  z.strictObject({ errorRatio: ratio, over: ms, probe: z.string().exactOptional() }),
  z.strictObject({ p99: ms, over: ms, probe: z.string().exactOptional() }),
  z.strictObject({
    url: z.url(),
    times: z.int().min(1).default(3).describe('looks in a row that must fail'),
  }),
  z.strictObject({
    prometheus: z.url().describe('base address of a Prometheus'),
    query: z.string().min(1),
    above: z.number(),
  }),
]);

/** The schema of `scenarios/*.yaml`. Unknown keys are errors: a typo must never be a silent default. */
export const scenarioSchema = z.strictObject({
  name,
  title: z.string().min(1),
  hypothesis: z.string().min(1).describe('what is believed to hold, in words'),
  notes: z.string().exactOptional(),
  roles: z.record(z.string(), z.string()).default({}).describe('who does what: lead, observer, scribe'),
  probes: z.array(probe).min(1),
  targets: z
    .strictObject({
      rto: ms.describe('recovery time objective: from a fault until the service is steady again'),
      rpo: z
        .int()
        .min(0)
        .describe('calls that may be lost in all: the recovery point of a service without state'),
    })
    .describe('what the business was promised'),
  abort: z.array(abort).default([]).describe('any of these halts the game day and reverts at once'),
  recoverWithin: ms.default(120_000).describe('after the last revert, until everything is steady again'),
  steps: z.array(z.union([inject, revert, wait, note, human, parallel, repeat])).min(1),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioStep = Scenario['steps'][number];
export type ScenarioProbe = Scenario['probes'][number];
export type AbortCondition = Scenario['abort'][number];

/** The published JSON Schema of a scenario, for editors. */
export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any', reused: 'ref' });
  return `${JSON.stringify({ ...schema, title: 'Meshproof scenario' }, null, 2)}\n`;
}
