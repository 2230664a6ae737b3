import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  DECISIONS,
  FINDING_SOURCES,
  FINDING_WEIGHTS,
  type GateResult,
  LOSS_CAUSES,
  PROMISE_CHANGES,
  TRAFFIC_PHASES,
} from '../model/gate.ts';
import { OUTCOME_CLASSES } from '../model/observation.ts';
import { VERDICTS } from '../model/verdict.ts';
import { MeshproofError, errorMessage } from '../support/errors.ts';
import { comparisonSchema, failoverSchema } from './comparison-schema.ts';

const finding = z.strictObject({
  source: z.enum(FINDING_SOURCES),
  weight: z.enum(FINDING_WEIGHTS),
  words: z.string().min(1),
});
/** A waiver as the gate takes it, and keeps it in its result. */
export const gateWaiverSchema = z.strictObject({
  match: z.string().min(3).describe('A text that the finding contains'),
  reason: z.string().min(10),
  owner: z.string().min(1),
  expires: z.iso
    .date()
    .describe('Last day on which it holds (UTC); what it excused decides against the candidate after'),
});
const waived = z.array(z.strictObject({ waiver: gateWaiverSchema, finding: z.string() }));
const moment = z.iso.datetime({ offset: true });
const side = z.strictObject({
  label: z.string().describe('As the user named it'),
  run: z.string().nullable().describe('Its conformance run; null where there was none'),
  verdict: z.enum(VERDICTS).nullable(),
  versions: z.record(z.string(), z.string()),
});
const promise = z.strictObject({
  id: z.string(),
  change: z.enum(PROMISE_CHANGES),
  from: z.enum(VERDICTS).nullable(),
  to: z.enum(VERDICTS).nullable(),
  reason: z.string(),
});
const traffic = z.strictObject({
  phases: z.array(
    z.strictObject({
      phase: z.enum(TRAFFIC_PHASES),
      calls: z.int().min(0),
      ended: z
        .array(z.strictObject({ pod: z.string(), role: z.enum(['gateway', 'workload']) }))
        .describe('Pods on the way of calls that were replaced'),
    }),
  ),
  dropped: z
    .array(
      z.strictObject({
        at: moment,
        phase: z.enum(TRAFFIC_PHASES),
        step: z.string(),
        path: z.string(),
        outcome: z.enum(OUTCOME_CLASSES).exclude(['ok']),
        cause: z.strictObject({
          by: z.enum(LOSS_CAUSES),
          words: z.string(),
          renewal: z.string().exactOptional().describe('The pod by the end of whose proxy it was lost'),
        }),
      }),
    )
    .describe('Every call that was lost while versions changed'),
});

/** `gate.json`, as published in gate.schema.json. Its version is in `schema`. */
export const gateSchema = z.strictObject({
  schema: z.literal('meshproof.dev/gate/v1'),
  run: z.string().min(1),
  environment: z.string(),
  startedAt: moment,
  endedAt: moment,
  from: side,
  to: side,
  decision: z.enum(DECISIONS),
  exitCode: z.int().min(0).max(255),
  decidedBy: z.array(finding).max(3).describe('The facts that decided'),
  alsoDecided: z.int().min(0).describe('How many more there are of that weight'),
  findings: z.array(finding).describe('Everything that was found and not waived'),
  promises: z.strictObject({
    counts: z.record(z.enum(PROMISE_CHANGES), z.int().min(0)),
    changed: z.array(promise),
  }),
  traffic: traffic.nullable(),
  comparison: comparisonSchema.nullable(),
  failovers: z.array(failoverSchema),
  baselines: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        now: z.number(),
        gates: z.int().min(0),
        median: z.number().nullable(),
        least: z.number().nullable(),
        most: z.number().nullable(),
      }),
    )
    .describe('Figures of what runs now, beside those of earlier gates'),
  waivers: z.strictObject({ applied: waived, expired: waived, unused: z.array(gateWaiverSchema) }),
  warnings: z.array(z.string()),
  reproduce: z.strictObject({ command: z.string(), seed: z.int() }),
}) satisfies z.ZodType<GateResult>;

/** Reads a `gate.json`; throws an `environment` error when it is missing or not one. */
export function readGate(file: string): GateResult {
  try {
    return gateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new MeshproofError('environment', `${file}: no readable gate result: ${errorMessage(error)}`, {
      nextStep: 'Run meshproof gate again; its output folder must be writable and have space.',
      cause: error,
    });
  }
}

/** JSON Schema of `gate.json`, as text with a newline at the end. */
export function gateJsonSchema(): string {
  const schema = z.toJSONSchema(gateSchema, { target: 'draft-2020-12' });
  return `${JSON.stringify({ title: 'Decision of a Meshproof gate', ...schema }, null, 2)}\n`;
}
