import { z } from 'zod';

/** A value that YAML gives as it is, or an expression. */
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const values = z.record(z.string(), scalar);
/** Permissions that a workflow may ask for; nothing may ask for all of them. */
const permissions = z.partialRecord(
  z.enum([
    'actions',
    'attestations',
    'checks',
    'contents',
    'deployments',
    'id-token',
    'issues',
    'packages',
    'pages',
    'pull-requests',
    'security-events',
    'statuses',
  ]),
  z.enum(['read', 'write', 'none']),
);
/** Not an enum of all there are: those that a workflow here may wait for. */
const triggers = z
  .strictObject({
    schedule: z.array(z.strictObject({ cron: z.string().regex(/^(\S+ ){4}\S+$/, 'five fields') })).min(1),
    workflow_dispatch: z
      .strictObject({
        inputs: z.record(
          z.string(),
          z.strictObject({
            description: z.string(),
            type: z.enum(['string', 'boolean', 'choice', 'number']),
            options: z.array(z.string()).optional(),
            default: scalar.optional(),
            required: z.boolean().optional(),
          }),
        ),
      })
      .nullable(),
    pull_request: z.strictObject({
      paths: z.array(z.string()).optional(),
      branches: z.array(z.string()).optional(),
    }),
  })
  .partial();

const step = z
  .strictObject({
    name: z.string().optional(),
    id: z
      .string()
      .regex(/^[a-z_][\w-]*$/i)
      .optional(),
    if: z.string().optional(),
    uses: z.string().optional(),
    run: z.string().optional(),
    with: values.optional(),
    env: values.optional(),
    shell: z.literal('bash').optional(),
    'working-directory': z.string().optional(),
    'timeout-minutes': z.number().positive().optional(),
  })
  .refine(({ uses, run }) => (uses === undefined) !== (run === undefined), 'a step has uses or run, not both')
  .refine(({ uses, with: inputs }) => inputs === undefined || uses !== undefined, 'with belongs to uses')
  .refine(({ run, name }) => run === undefined || name !== undefined, 'a script has a name');

const job = z.strictObject({
  name: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  if: z.string().optional(),
  'runs-on': z.string(),
  // Without one GitHub waits six hours for a job that hangs.
  'timeout-minutes': z.number().positive(),
  permissions: permissions.optional(),
  strategy: z
    .strictObject({
      'fail-fast': z.boolean().optional(),
      matrix: z.record(z.string(), z.array(scalar).min(1)),
    })
    .optional(),
  env: values.optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).min(1),
});

/** A workflow of GitHub Actions, as far as ours use the syntax; what is not known is refused. */
export const workflowSchema = z.strictObject({
  name: z.string(),
  on: triggers,
  // Without it the token may do whatever the repository lets it.
  permissions,
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.boolean() }).optional(),
  env: values.optional(),
  jobs: z.record(z.string().regex(/^[a-z_][\w-]*$/i), job),
});
export type Workflow = z.infer<typeof workflowSchema>;
export type Job = Workflow['jobs'][string];
export type Step = Job['steps'][number];

const gitlabJob = z.strictObject({
  stage: z.string(),
  rules: z
    .array(z.strictObject({ if: z.string().optional(), changes: z.array(z.string()).optional() }))
    .min(1),
  timeout: z.string(),
  parallel: z
    .strictObject({ matrix: z.array(z.record(z.string(), z.array(z.string()).min(1))).min(1) })
    .optional(),
  variables: values.optional(),
  cache: z
    .strictObject({
      key: z.string(),
      paths: z.array(z.string()).min(1),
      when: z.enum(['always', 'on_success', 'on_failure']).optional(),
    })
    .optional(),
  before_script: z.array(z.string()).optional(),
  script: z.array(z.string()).min(1),
  after_script: z.array(z.string()).optional(),
  artifacts: z.strictObject({
    when: z.enum(['always', 'on_success', 'on_failure']),
    expire_in: z.string(),
    paths: z.array(z.string()).min(1),
    reports: z.strictObject({ junit: z.string() }).optional(),
  }),
});
export type GitlabJob = z.infer<typeof gitlabJob>;

/** A pipeline of GitLab CI, as far as ours use the syntax. */
export const pipelineSchema = z
  .object({
    stages: z.array(z.string()).min(1),
    default: z.strictObject({
      image: z.string().regex(/:(?!latest$)[\w.-]+(@sha256:[0-9a-f]{64})?$/, 'an image with a tag'),
      tags: z.array(z.string()).min(1),
      interruptible: z.boolean().optional(),
    }),
  })
  .catchall(gitlabJob);
export type Pipeline = z.infer<typeof pipelineSchema>;
