import * as z from 'zod';

const strings = z.record(z.string(), z.string());

/** Settings of one of the operator's pods, as far as Meshproof uses them. */
const pod = z.strictObject({
  image: z.string().optional(),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
  resources: z.strictObject({ requests: strings }).optional(),
  metadata: z.strictObject({ labels: strings.optional(), annotations: strings.optional() }).optional(),
  serviceAccountName: z.string().optional(),
  nodeSelector: strings.optional(),
});

/**
 * The part of `k6.io/v1alpha1` TestRun that Meshproof uses, by the operator's published types (grafana/k6-operator,
 * api/v1alpha1/testrun_types.go): names and types of fields. Unknown ones would be refused by server-side apply.
 */
export const testRunSchema = z.strictObject({
  apiVersion: z.literal('k6.io/v1alpha1'),
  kind: z.literal('TestRun'),
  metadata: z.strictObject({ name: z.string(), namespace: z.string(), labels: strings }),
  spec: z.strictObject({
    parallelism: z.int().min(1),
    script: z.strictObject({ configMap: z.strictObject({ name: z.string(), file: z.string() }) }),
    arguments: z.string().optional(),
    runner: pod,
    starter: pod,
  }),
});
