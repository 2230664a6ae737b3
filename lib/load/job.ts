import type { KubernetesObject, V1ConfigMap, V1Container, V1Job } from '@kubernetes/client-node';
import { peakOf } from './shape.ts';
import { type LoadPlan, planSeconds, scriptPlan } from './script-plan.ts';

/** One load in a cluster. */
export interface K6Options {
  namespace: string;
  /** Image with `k6` on its PATH; it must be on the node or be pullable. */
  image: string;
  plan: LoadPlan;
  labels?: Record<string, string>;
  /** For the pod alone, such as a mesh's injection label. */
  podLabels?: Record<string, string>;
  podAnnotations?: Record<string, string>;
  serviceAccountName?: string;
  nodeSelector?: Record<string, string>;
  /** How k6's own API is left open to the operator, which is no part of the mesh; a plain Job needs neither. */
  operator?: { runnerAnnotations: Record<string, string>; starterLabels: Record<string, string> };
}

export const K6_CONTAINER = 'k6';
/** Kind of what carries a load: the operator's, where the cluster has it. */
export const TEST_RUN = { group: 'k6.io', version: 'v1alpha1', plural: 'testruns', kind: 'TestRun' } as const;
/** Port of k6's own API, over which the operator starts all runners at once. */
export const K6_API_PORT = 6565;
const SCRIPT = 'load.ts';
/** Scheduling, sidecar and image start, before k6 itself runs. */
const STARTUP_SECONDS = 90;
/** A run that nobody took away is gone after this. */
const KEEP_SECONDS = 600;
/** Calls a second that one runner is to send at most. */
const PER_RUNNER = 250;
const MOST_RUNNERS = 10;

/** Seconds after which Kubernetes ends the Job. */
export function k6DeadlineSeconds({ plan }: K6Options): number {
  return Math.ceil(STARTUP_SECONDS + planSeconds(plan));
}

/** Runners of a distributed load: two at least, or it were none. */
export function runnersFor({ plan }: K6Options): number {
  return Math.min(MOST_RUNNERS, Math.max(2, Math.ceil(peakOf(plan.shape) / PER_RUNNER)));
}

/** Labels of everything that belongs to the run `name`. */
function labelsOf(name: string, options: K6Options): Record<string, string> {
  return { ...options.labels, 'app.kubernetes.io/name': 'k6', 'meshproof.dev/load': name };
}

/** The ConfigMap with scripts (texts by file name) and plan; with its `owner` it goes. Pure. */
export function k6Script(
  name: string,
  scripts: Record<string, string>,
  options: K6Options,
  owner?: { apiVersion: string; kind: string; uid: string },
): V1ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: options.namespace,
      labels: labelsOf(name, options),
      ...(owner ? { ownerReferences: [{ ...owner, name }] } : {}),
    },
    data: { ...scripts, 'plan.json': JSON.stringify(scriptPlan(options.plan)) },
  };
}

/** The Job that runs the scripts of the same name once. Pure. */
export function k6Job(name: string, options: K6Options): V1Job {
  const labels = labelsOf(name, options);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: options.namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: k6DeadlineSeconds(options),
      ttlSecondsAfterFinished: KEEP_SECONDS,
      template: podTemplate(name, labels, options),
    },
  };
}

/** The operator's counterpart of {@link k6Job}: it shares the load among runners, which start together. Pure. */
export function k6TestRun(name: string, options: K6Options): KubernetesObject & { spec: object } {
  const { namespace, podLabels, podAnnotations, serviceAccountName, nodeSelector, operator } = options;
  const labels = labelsOf(name, options);
  return {
    apiVersion: `${TEST_RUN.group}/${TEST_RUN.version}`,
    kind: TEST_RUN.kind,
    metadata: { name, namespace, labels },
    spec: {
      parallelism: runnersFor(options),
      script: { configMap: { name, file: SCRIPT } },
      arguments: '--no-color',
      runner: {
        image: options.image,
        imagePullPolicy: 'IfNotPresent',
        env: environment(),
        resources: RESOURCES,
        metadata: {
          labels: { ...labels, ...podLabels },
          annotations: { ...podAnnotations, ...operator?.runnerAnnotations },
        },
        ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
        ...(nodeSelector ? { nodeSelector } : {}),
      },
      starter: { metadata: { labels: { ...labels, ...operator?.starterLabels } } },
    },
  };
}

type PodTemplate = NonNullable<V1Job['spec']>['template'];

const RESOURCES: NonNullable<V1Container['resources']> = { requests: { cpu: '50m', memory: '128Mi' } };

function podTemplate(name: string, labels: Record<string, string>, options: K6Options): PodTemplate {
  const { podAnnotations, serviceAccountName, nodeSelector } = options;
  return {
    metadata: {
      labels: { ...labels, ...options.podLabels },
      ...(podAnnotations ? { annotations: podAnnotations } : {}),
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 2,
      ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
      ...(nodeSelector ? { nodeSelector } : {}),
      containers: [
        {
          name: K6_CONTAINER,
          image: options.image,
          imagePullPolicy: 'IfNotPresent',
          command: ['k6', 'run', '--quiet', '--no-color', '--address', '', `/scripts/${SCRIPT}`],
          env: environment(),
          resources: RESOURCES,
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'scripts', mountPath: '/scripts', readOnly: true }],
        },
      ],
      volumes: [{ name: 'scripts', configMap: { name } }],
    },
  };
}

/** What keeps k6 from calling anyone but the target. */
function environment(): { name: string; value: string }[] {
  const settings = { K6_NO_USAGE_REPORT: 'true', K6_AUTO_EXTENSION_RESOLUTION: 'false', HOME: '/tmp' };
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}
