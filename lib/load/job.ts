import type { V1ConfigMap, V1Job } from '@kubernetes/client-node';

/** One k6 run in a cluster. */
export interface K6Options {
  namespace: string;
  /** Image with `k6` on its PATH; it must be on the node or be pullable. */
  image: string;
  /** URL of an agent's HTTP echo. */
  url: string;
  ratePerSecond: number;
  /** Seconds that count; a warm-up of 3 s comes before. */
  durationSeconds: number;
  /** Default `pooled`. */
  connection?: 'fresh' | 'pooled';
  /** Cluster that must answer; without it any answer of an agent counts. */
  expectCluster?: string;
  /** Default 5. */
  timeoutSeconds?: number;
  labels?: Record<string, string>;
  /** For the pod alone, such as a mesh's injection label. */
  podLabels?: Record<string, string>;
  podAnnotations?: Record<string, string>;
  serviceAccountName?: string;
  nodeSelector?: Record<string, string>;
}

export const K6_CONTAINER = 'k6';
const SCRIPT_FILE = 'http-latency.ts';
const WARMUP_SECONDS = 3;
/** Scheduling, sidecar and image start, before k6 itself runs. */
const STARTUP_SECONDS = 90;
/** A run that nobody took away is gone after this. */
const KEEP_SECONDS = 600;

/** Seconds after which Kubernetes ends the Job. */
export function k6DeadlineSeconds(options: K6Options): number {
  const { durationSeconds, timeoutSeconds = 5 } = options;
  return Math.ceil(STARTUP_SECONDS + WARMUP_SECONDS + durationSeconds + timeoutSeconds);
}

/** Labels of everything that belongs to the run `name`. */
function labelsOf(name: string, options: K6Options): Record<string, string> {
  return { ...options.labels, 'app.kubernetes.io/name': 'k6', 'meshproof.dev/load': name };
}

/** The ConfigMap with the script; `owner` is the uid of its Job, with which it then goes. Pure. */
export function k6Script(name: string, script: string, options: K6Options, owner?: string): V1ConfigMap {
  const owners = owner === undefined ? [] : [{ apiVersion: 'batch/v1', kind: 'Job', name, uid: owner }];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: options.namespace,
      labels: labelsOf(name, options),
      ...(owners.length > 0 ? { ownerReferences: owners } : {}),
    },
    data: { [SCRIPT_FILE]: script },
  };
}

/** The Job that runs the script of the same name once. Pure. */
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

type PodTemplate = NonNullable<V1Job['spec']>['template'];

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
          command: ['k6', 'run', '--quiet', '--no-color', '--address', '', `/scripts/${SCRIPT_FILE}`],
          env: Object.entries(environment(options)).map(([key, value]) => ({ name: key, value })),
          resources: { requests: { cpu: '50m', memory: '128Mi' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'scripts', mountPath: '/scripts', readOnly: true }],
        },
      ],
      volumes: [{ name: 'scripts', configMap: { name } }],
    },
  };
}

/** Settings of the script, and those that keep k6 from calling anyone but the target. */
function environment(options: K6Options): Record<string, string> {
  return {
    TARGET: options.url,
    RATE: String(options.ratePerSecond),
    DURATION: String(options.durationSeconds),
    WARMUP: String(WARMUP_SECONDS),
    TIMEOUT: String(options.timeoutSeconds ?? 5),
    CONNECTION: options.connection ?? 'pooled',
    EXPECT: options.expectCluster ?? '',
    K6_NO_USAGE_REPORT: 'true',
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    HOME: '/tmp',
  };
}
