import type { V1ConfigMap, V1Job } from '@kubernetes/client-node';

/** A pod that asks AWS who it is. */
export interface IdentityJob {
  name: string;
  namespace: string;
  serviceAccount: string;
  /** Image with `node` in it. */
  image: string;
  labels: Readonly<Record<string, string>>;
  /** For the pod alone, such as what keeps a mesh's proxy out of it. */
  podLabels: Readonly<Record<string, string>>;
}

export const CONTAINER = 'whoami';
/** Image, admission, and four attempts of the SDK. */
export const DEADLINE_SECONDS = 90;
const PROGRAM = 'whoami.mjs';
const SAID = '/dev/termination-log';

/** The Job that runs the program of the same name once, and is gone soon after its end whatever becomes of us. Pure. */
export function identityJob({
  name,
  namespace,
  serviceAccount,
  image,
  labels,
  podLabels,
}: IdentityJob): V1Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels: { ...labels } },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      ttlSecondsAfterFinished: DEADLINE_SECONDS,
      template: {
        metadata: { labels: { ...labels, ...podLabels } },
        spec: {
          serviceAccountName: serviceAccount,
          // Kubernetes is not asked for anything; credentials of AWS come by admission.
          automountServiceAccountToken: false,
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: CONTAINER,
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['node', `/meshproof/${PROGRAM}`, SAID],
              terminationMessagePath: SAID,
              resources: { requests: { cpu: '10m', memory: '64Mi' } },
              // Whoever is admitted by the strictest profile of Pod Security is admitted everywhere.
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                readOnlyRootFilesystem: true,
                runAsNonRoot: true,
                runAsUser: 65534,
                seccompProfile: { type: 'RuntimeDefault' },
              },
              volumeMounts: [{ name: 'program', mountPath: '/meshproof', readOnly: true }],
            },
          ],
          volumes: [{ name: 'program', configMap: { name } }],
        },
      },
    },
  };
}

/** The program of a Job, which goes with it. Pure. */
export function identityProgram(
  { name, namespace, labels }: IdentityJob,
  text: string,
  jobUid: string,
): V1ConfigMap {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid: jobUid };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { ...labels }, ownerReferences: [owner] },
    data: { [PROGRAM]: text },
  };
}
