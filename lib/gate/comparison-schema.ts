import { z } from 'zod';
import {
  COMPARISON_VERDICTS,
  type Comparison,
  type FailoverComparison,
  type Metric,
} from '../model/comparison.ts';

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const perhaps = z.number().nullable();
const metric = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ratio'),
    name: z.string().min(1),
    relative: z.number().min(0),
    floor: z.number().min(0),
  }),
  z.strictObject({ kind: z.literal('errors'), name: z.string().min(1), floor: share }),
]) satisfies z.ZodType<Metric>;
const margin = z.strictObject({
  limit: z.number().describe('ln(to / from) for a ratio, a share of the calls for errors'),
  by: z.enum(['relative', 'floor', 'spread']).describe('Which of the three is the largest'),
});
const callCount = z.strictObject({ calls: count, failed: count });

const drift = z.strictObject({
  mean: perhaps,
  lower: perhaps,
  upper: perhaps,
  shown: z.boolean().describe('It is more than the margin: the metric then carries no verdict'),
});

const plan = z.strictObject({
  design: z.enum(['interleaved', 'before-after']),
  seed: z.int(),
  alpha: share.describe('Error rate of each decision, over all looks and metrics'),
  metrics: z.array(
    z.strictObject({
      metric,
      margin,
      aa: z
        .strictObject({ rounds: count, mean: z.number(), sd: z.number().min(0), spread: z.number().min(0) })
        .describe('What identical sides showed, before the comparison'),
    }),
  ),
  looks: z.array(z.strictObject({ rounds: count, level: share })),
  mostRounds: count,
  discardAbove: z.strictObject({ latenessP99Ms: z.number(), stolenShare: z.number() }),
  power: share,
  doubts: z.array(z.string()),
});

/** A comparison as it stands in `gate.json`. */
export const comparisonSchema = z.strictObject({
  plan: plan.describe('Everything that was decided before the first round'),
  finished: z.boolean(),
  verdict: z.enum(COMPARISON_VERDICTS),
  reasons: z.array(z.string()),
  level: share.describe('Each bound is missed with this probability'),
  used: z.array(count).describe('Numbers of the rounds that count'),
  discarded: z.array(z.strictObject({ round: count, reason: z.string() })),
  metrics: z.array(
    z.strictObject({
      metric,
      margin,
      from: perhaps,
      to: perhaps,
      counts: z.strictObject({ from: callCount, to: callCount }).exactOptional(),
      drift: drift
        .exactOptional()
        .describe('Of what runs now, from before the upgrade to after the way back; before-after only'),
      effects: z.array(perhaps).describe('One for each round that counts, in their order'),
      mean: perhaps,
      sd: perhaps,
      lower: perhaps,
      upper: perhaps,
      verdict: z.enum(COMPARISON_VERDICTS),
      note: z.string(),
      power: share.describe('Probability that an identical candidate passes'),
      roundsFor80: perhaps,
    }),
  ),
}) satisfies z.ZodType<Comparison>;

/** Failover times of one fault as they stand in `gate.json`. */
export const failoverSchema = z.strictObject({
  fault: z.string(),
  from: z.array(perhaps).describe('Milliseconds; null where it never came'),
  to: z.array(perhaps),
  budgetMs: z.number(),
  resolutionMs: z.number(),
  pValue: perhaps,
  verdict: z.enum(COMPARISON_VERDICTS),
  words: z.string(),
}) satisfies z.ZodType<FailoverComparison>;
