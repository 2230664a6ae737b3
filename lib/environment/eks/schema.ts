import { z } from 'zod';
import { nodeImages } from '../images-schema.ts';
import { duration } from '../latency-schema.ts';
import { cidr, name } from '../name-schema.ts';

const accountId = z.string().regex(/^\d{12}$/, 'an AWS account id has twelve digits');
const role = z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'the ARN of an IAM role');
const principal = z
  .string()
  .regex(/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/, 'the ARN of an IAM role or user');
const zone = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'an availability zone such as eu-central-1a');
const addonVersion = z
  .string()
  .regex(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, 'a version such as v1.20.4-eksbuild.1');

const cluster = z.strictObject({
  account: name
    .default('default')
    .describe('one of provider.eks.accounts; the credentials of this shell when left out'),
  vpcCidr: cidr.describe('range of its VPC, /16 to /22; pods have addresses of it, so podCidr is the same'),
  zones: z.array(zone).min(2).max(6).describe('a public and a private subnet in each'),
  nodes: z
    .strictObject({
      instanceType: z.string().regex(/^[a-z0-9-]+\.[a-z0-9]+$/, 'an instance type such as m7g.large'),
      count: z.int().min(1).max(100).describe('in all zones together'),
    })
    .prefault({ instanceType: 'm7g.large', count: 2 }),
  egress: z
    .enum(['nat', 'endpoints'])
    .default('nat')
    .describe('nat: a NAT gateway in each zone; endpoints: no way to the internet, images come from ECR'),
  identities: z
    .enum(['irsa', 'pod-identity'])
    .default('irsa')
    .describe('how service accounts get AWS rights'),
  publicAccess: z
    .array(cidr)
    .default([])
    .describe(
      'ranges from which the API server is reached over the internet; from inside the VPC only when empty',
    ),
  admins: z.array(principal).default([]).describe('administrators beside the role that makes the cluster'),
  deadMan: z
    .strictObject({
      role,
      queue: z
        .string()
        .regex(/^arn:aws[\w-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of a queue of SQS')
        .exactOptional(),
    })
    .exactOptional()
    .describe('whom schedules that revert faults act as; those of the cluster’s stack when left out'),
  fis: z
    .strictObject({ role })
    .exactOptional()
    .describe('whom experiments of AWS FIS act as; the role of the cluster’s stack when left out'),
});

/** `provider.eks` of an environment file. */
export const eksSchema = z.strictObject({
  kubernetes: z.string().regex(/^1\.\d{2}$/, 'a version such as "1.36", in quotes'),
  addons: z
    .strictObject({
      'vpc-cni': addonVersion,
      coredns: addonVersion,
      'kube-proxy': addonVersion,
      'eks-pod-identity-agent': addonVersion.exactOptional().describe('needed by identities: pod-identity'),
      'amazon-cloudwatch-observability': addonVersion
        .exactOptional()
        .describe('needed by expect.containerInsights'),
    })
    .describe('pinned versions of the add-ons; env up --plan says which ones EKS has'),
  owner: z
    .string()
    .regex(/^[\w+=.@:/ -]{1,128}$/, 'up to 128 letters, digits, blanks and + - = . _ : / @')
    .describe('who answers for what it costs; a tag on everything'),
  ttl: duration.describe('after that everything is expired: meshproof sweep --aws removes it'),
  accounts: z
    .record(name, z.strictObject({ id: accountId.exactOptional(), role: role.exactOptional() }))
    .default({})
    .describe('AWS accounts; the credentials of this shell are `default`'),
  deny: z
    .strictObject({ accounts: z.array(z.string().min(1)).default([]) })
    .prefault({})
    .describe('account ids that are never touched, * stands for any text'),
  clusters: z.record(name, cluster),
  links: z.enum(['none', 'peering', 'transit-gateway']).default('none'),
  paths: z
    .array(
      z.strictObject({
        from: name,
        to: name,
        via: z.enum(['vpn', 'direct-connect']),
        id: z.string().min(1),
      }),
    )
    .default([])
    .describe('paths that others made: measured, never changed'),
  dns: z
    .strictObject({
      zone: z.string().regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/, 'a domain such as mesh.example.internal'),
      routing: z.enum(['failover', 'latency']),
      ttl: duration.default('30s'),
    })
    .exactOptional()
    .describe('private hosted zone with records for gateways whose address is a host name'),
  expect: z
    .strictObject({
      flowLogs: z.boolean().default(false),
      controlPlaneLogs: z
        .array(z.enum(['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']))
        .default([]),
      containerInsights: z.boolean().default(false),
      residency: z
        .array(z.strictObject({ service: name, regions: z.array(name).min(1) }))
        .default([])
        .describe('traffic of the service never leaves these regions'),
      identities: z
        .array(
          z
            .string()
            .regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/, 'a service account as namespace/name, such as shop/cart'),
        )
        .default([])
        .describe('service accounts with AWS rights: verify runs a pod under each that asks AWS who it is'),
    })
    .prefault({})
    .describe('what the environment relies on; also what env up turns on'),
  images: nodeImages,
});

export type EksFile = z.output<typeof eksSchema>;
