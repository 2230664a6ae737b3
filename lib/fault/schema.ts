import { z } from 'zod';
import { parseDuration } from '../model/duration.ts';
import {
  type FaultKind,
  type FaultSpec,
  FIREWALLS,
  FREEZABLE,
  LIES,
  PLANES,
  SCALABLE,
} from '../model/fault.ts';

const name = z.string().min(1);
const link = {
  from: name.describe('the cluster that sends'),
  to: name.describe('the cluster that receives'),
};
const onNode = { cluster: name, node: name.describe('its name in Kubernetes') };
const pods = { cluster: name, namespace: name, app: name.describe('label app of the pods') };
const percent = z.number().gt(0).max(100).describe('share of the packets, in per cent');
const plane = z.enum(PLANES).exactOptional().describe('only what belongs to this plane; all when left out');
const firewall = z
  .enum(FIREWALLS)
  .exactOptional()
  .describe('on EKS only: network-acl breaks established flows, security-group new ones only');
const delay = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s)$/, 'a number and a unit: 100ms, 1.5s')
  .describe('a number and a unit: 100ms, 1.5s')
  .transform((text) => parseDuration(text) ?? 0);

/** What each kind of fault is pointed at; unknown keys are errors. */
const KINDS = {
  'node-kill': kind('node-kill', {
    ...onNode,
    by: z
      .literal('fis')
      .exactOptional()
      .describe('on EKS only: an experiment of AWS FIS, which also starts the node again'),
  }),
  'node-reboot': kind('node-reboot', onNode),
  'node-terminate': kind('node-terminate', onNode),
  'node-pause': kind('node-pause', onNode),
  'zone-outage': kind('zone-outage', { cluster: name, zone: name, by: firewall }),
  'cluster-outage': kind('cluster-outage', { cluster: name }),
  'kubelet-stop': kind('kubelet-stop', onNode),
  'runtime-stop': kind('runtime-stop', onNode),
  'process-freeze': kind('process-freeze', { cluster: name, program: z.enum(FREEZABLE) }),
  'process-slow': kind('process-slow', { cluster: name, program: z.enum(FREEZABLE), delay }),
  'workload-outage': kind('workload-outage', { cluster: name, program: z.enum(SCALABLE) }),
  'pod-kill': kind('pod-kill', pods),
  'pod-crash-loop': kind('pod-crash-loop', pods),
  'api-outage': kind('api-outage', { cluster: name }),
  'certificate-expiry': kind('certificate-expiry', { cluster: name }),
  'bad-root': kind('bad-root', { cluster: name }),
  'link-partition': kind('link-partition', {
    ...link,
    plane,
    bothWays: z.boolean().exactOptional(),
    by: firewall,
  }),
  'node-partition': kind('node-partition', { ...onNode, plane }),
  'link-loss': kind('link-loss', { ...link, percent }),
  'link-bandwidth': kind('link-bandwidth', { ...link, kbit: z.int().min(8).max(100_000) }),
  'link-latency': kind('link-latency', { ...link, delay, jitter: delay.exactOptional() }),
  // 576: what every link of IPv4 must carry (RFC 791).
  'mtu-black-hole': kind('mtu-black-hole', { ...link, bytes: z.int().min(576).max(1480) }),
  'route-black-hole': kind('route-black-hole', link),
  'peering-route-removal': kind('peering-route-removal', link),
  'transit-gateway-disassociation': kind('transit-gateway-disassociation', { cluster: name }),
  'health-check-inversion': kind('health-check-inversion', { cluster: name }),
  'dns-loss': kind('dns-loss', { cluster: name, percent }),
  'dns-latency': kind('dns-latency', { cluster: name, delay, jitter: delay.exactOptional() }),
  'dns-wrong-answers': kind('dns-wrong-answers', {
    cluster: name,
    name: z
      .string()
      .regex(
        /^([a-z0-9_]([-a-z0-9_]*[a-z0-9_])?\.)+[a-z0-9-]+$/,
        'a full name in small letters, as payments.shop.svc.cluster.local',
      )
      .describe('a full name that resolves; those below it are meant too'),
    answer: z.enum(LIES).describe('nxdomain, servfail, or the address of whoever asks'),
  }),
  'conntrack-full': kind('conntrack-full', onNode),
  'cpu-pressure': kind('cpu-pressure', { ...onNode, workers: z.int().min(1).max(64).exactOptional() }),
  'memory-pressure': kind('memory-pressure', {
    ...onNode,
    leave: z.int().min(8).max(65_536).exactOptional(),
  }),
  'disk-pressure': kind('disk-pressure', { ...onNode, workers: z.int().min(1).max(16).exactOptional() }),
} satisfies Record<FaultKind, z.ZodObject>;

/** `delay: 100ms` becomes `delayMs: 100`, and so does the jitter. */
function inMs<T extends { delay: number; jitter?: number }>({
  delay: delayMs,
  jitter: jitterMs,
  ...rest
}: T) {
  return { ...rest, delayMs, ...(jitterMs === undefined ? {} : { jitterMs }) };
}

/** A fault as people write it, in scenarios and on the command line: `kind` and what it is pointed at. */
export const faultSchema: z.ZodType<FaultSpec> = z.discriminatedUnion('kind', [
  KINDS['node-kill'],
  KINDS['node-reboot'],
  KINDS['node-terminate'],
  KINDS['node-pause'],
  KINDS['zone-outage'],
  KINDS['cluster-outage'],
  KINDS['kubelet-stop'],
  KINDS['runtime-stop'],
  KINDS['process-freeze'],
  KINDS['process-slow'].transform(inMs),
  KINDS['workload-outage'],
  KINDS['pod-kill'],
  KINDS['pod-crash-loop'],
  KINDS['api-outage'],
  KINDS['certificate-expiry'],
  KINDS['bad-root'],
  KINDS['link-partition'],
  KINDS['node-partition'],
  KINDS['link-loss'],
  KINDS['link-bandwidth'],
  KINDS['link-latency'].transform(inMs),
  KINDS['mtu-black-hole'],
  KINDS['route-black-hole'],
  KINDS['peering-route-removal'],
  KINDS['transit-gateway-disassociation'],
  KINDS['health-check-inversion'],
  KINDS['dns-loss'],
  KINDS['dns-latency'].transform(inMs),
  KINDS['dns-wrong-answers'],
  KINDS['conntrack-full'],
  KINDS['cpu-pressure'],
  KINDS['memory-pressure'],
  KINDS['disk-pressure'],
]);

/** A parameter of a kind of fault. */
export interface FaultParameter {
  name: string;
  required: boolean;
  type: 'text' | 'number' | 'switch';
}

/** The parameters of a kind of fault, by the names that users write. */
export function parametersOf(kind: FaultKind): FaultParameter[] {
  return Object.entries<z.ZodType>(KINDS[kind].shape).flatMap(([parameter, type]) =>
    parameter === 'kind'
      ? []
      : [
          {
            name: parameter,
            required: !type.safeParse(undefined).success && !isOptional(type),
            type: typeOf(type),
          },
        ],
  );
}

function isOptional(type: z.ZodType): boolean {
  return type instanceof z.ZodOptional || type instanceof z.ZodExactOptional;
}

function typeOf(type: z.ZodType): FaultParameter['type'] {
  if (type.safeParse(true).success) return 'switch';
  return [10, 1000].some((number) => type.safeParse(number).success) ? 'number' : 'text';
}

function kind<K extends FaultKind, S extends z.ZodRawShape>(kindName: K, shape: S) {
  return z.strictObject({ kind: z.literal(kindName), ...shape });
}
