import { z } from 'zod';
import { parseDuration } from '../model/duration.ts';
import { BASELINES, LOAD_PROTOCOLS, PATH_CLASSES } from '../model/load.ts';

/** A duration as people write it; stays text in the JSON Schema, becomes milliseconds through `inMs`. */
export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration is a number and a unit: 250ms, 1.5s, 2m, 1h')
  .describe('a number and a unit: 250ms, 1.5s, 2m, 1h');

/** Milliseconds of a duration that the schema has let through. */
export function inMs(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

/** A share of a whole. */
export const ratio = z.number().min(0).max(1);

const latencyBudget = z.strictObject({ p50: duration, p95: duration, p99: duration, errorRatio: ratio });

const multiple = z.number().positive().describe('times the baseline');

/** Limits of one protocol on one kind of path; what is left out has no limit. */
const pathBudget = z
  .strictObject({
    p50: duration.exactOptional(),
    p95: duration.exactOptional(),
    p99: duration.exactOptional(),
    max: duration.exactOptional(),
    errorRatio: ratio.exactOptional(),
    throughput: z.number().positive().exactOptional().describe('successful calls a second, of 100 sent'),
    connect: duration.exactOptional().describe('until a new connection carries calls, p95'),
    tlsHandshake: duration.exactOptional().describe("of the caller's own TLS, p95; http2 only"),
    relative: z
      .strictObject({
        to: z
          .enum(BASELINES)
          .describe('no-mesh: past both proxies; same-cluster: within the cluster of the server'),
        p50: multiple.exactOptional(),
        p95: multiple.exactOptional(),
        p99: multiple.exactOptional(),
        connect: multiple.exactOptional(),
        slack: duration.default('0ms').describe('so much above the baseline is never too much'),
      })
      .refine(
        ({ p50, p95, p99, connect }) => [p50, p95, p99, connect].some((one) => one !== undefined),
        'at least one multiple: p50, p95, p99, connect',
      )
      .exactOptional()
      .describe('against a baseline that is called in turns with the load'),
  })
  .refine((one) => Object.keys(one).length > 0, 'at least one limit');

/** Limits of latency: two for HTTP over the run's own services, and those of each kind of path and protocol. */
export const latencyBudgets = z.strictObject({
  inCluster: latencyBudget,
  crossCluster: latencyBudget,
  paths: z
    .partialRecord(z.enum(PATH_CLASSES), z.partialRecord(z.enum(LOAD_PROTOCOLS), pathBudget))
    .default({})
    .describe('by kind of path and protocol; what is not named is not measured'),
});
