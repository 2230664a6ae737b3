import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject, V1ConfigMap, V1CronJob, V1PodSpec } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseEnvironment } from '../../lib/environment/load.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { makeCheckout } from './checkout.ts';
import { invocationsIn, refusal } from './invocations.ts';
import { shellProblems } from './workflow-lint.ts';

const TEXT = readFileSync(join(projectRoot, 'environments/ci/kubernetes/cronjob.yaml'), 'utf8');

/** What the API server would refuse, or quietly drop, of the objects in the file. */
const metadata = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  namespace: z.string().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
});
const securityContext = z.strictObject({
  allowPrivilegeEscalation: z.literal(false),
  capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
});
const container = z.strictObject({
  name: z.string(),
  image: z.string().regex(/:(?!latest$)[\w.-]+$/),
  command: z.array(z.string()),
  args: z.array(z.string()).length(1),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  resources: z.strictObject({
    requests: z.record(z.string(), z.string()),
    limits: z.record(z.string(), z.string()),
  }),
  securityContext,
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
  ),
});
const pod = z.strictObject({
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.literal(false),
  restartPolicy: z.literal('Never'),
  terminationGracePeriodSeconds: z.int().min(120),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    runAsGroup: z.int().positive(),
    fsGroup: z.int().positive(),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  containers: z.array(container).length(1),
  volumes: z.array(
    z.union([
      z.strictObject({ name: z.string(), persistentVolumeClaim: z.strictObject({ claimName: z.string() }) }),
      z.strictObject({ name: z.string(), emptyDir: z.strictObject({}) }),
      z.strictObject({ name: z.string(), configMap: z.strictObject({ name: z.string() }) }),
      z.strictObject({ name: z.string(), secret: z.strictObject({ secretName: z.string() }) }),
    ]),
  ),
});
const object = z.discriminatedUnion('kind', [
  z.strictObject({ apiVersion: z.literal('v1'), kind: z.literal('Namespace'), metadata }),
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ServiceAccount'),
    metadata,
    automountServiceAccountToken: z.literal(false),
  }),
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('PersistentVolumeClaim'),
    metadata,
    spec: z.strictObject({
      accessModes: z.array(z.enum(['ReadWriteOnce'])),
      resources: z.strictObject({ requests: z.strictObject({ storage: z.string() }) }),
    }),
  }),
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ConfigMap'),
    metadata,
    data: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    apiVersion: z.literal('batch/v1'),
    kind: z.literal('CronJob'),
    metadata,
    spec: z.strictObject({
      schedule: z.string().regex(/^(\S+ ){4}\S+$/),
      timeZone: z.string(),
      concurrencyPolicy: z.literal('Forbid'),
      startingDeadlineSeconds: z.int(),
      successfulJobsHistoryLimit: z.int(),
      failedJobsHistoryLimit: z.int(),
      jobTemplate: z.strictObject({
        spec: z.strictObject({
          backoffLimit: z.literal(0),
          activeDeadlineSeconds: z.int(),
          ttlSecondsAfterFinished: z.int(),
          template: z.strictObject({
            metadata: z.strictObject({ labels: z.record(z.string(), z.string()) }),
            spec: pod,
          }),
        }),
      }),
    }),
  }),
]);

/** As in the client's own types, once its shape is known. */
function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => object.parse(document.toJS()));
}
const find = (text: string, kind: string) => objectsOf(text).find((one) => one.kind === kind);
const podOf = (text: string) =>
  (find(text, 'CronJob') as V1CronJob).spec?.jobTemplate.spec?.template.spec as V1PodSpec;
const scriptOf = (text: string) => podOf(text).containers[0]?.args?.[0] ?? '';

async function problemsOf(text: string): Promise<string[]> {
  const parsed = parseAllDocuments(text).map((document) => object.safeParse(document.toJS()));
  const shape = parsed.flatMap(({ error }) => error?.issues ?? []);
  if (shape.length > 0) return shape.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const objects = objectsOf(text);
  const { volumes = [], containers, serviceAccountName } = podOf(text);
  const named = (kind: string) =>
    objects.filter((one) => one.kind === kind).map((one) => one.metadata?.name ?? '');
  const namespaces = objects.flatMap((one) => one.metadata?.namespace ?? []);
  const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
  const refers: [what: string, kind: string][] = [
    ...namespaces.map((name): [string, string] => [name, 'Namespace']),
    [serviceAccountName ?? '', 'ServiceAccount'],
    ...volumes.flatMap((one): [string, string][] => [
      ...(one.persistentVolumeClaim
        ? [[one.persistentVolumeClaim.claimName, 'PersistentVolumeClaim'] as [string, string]]
        : []),
      ...(one.configMap ? [[one.configMap.name ?? '', 'ConfigMap'] as [string, string]] : []),
    ]),
  ];
  const refused = await Promise.all(invocationsIn(scriptOf(text)).map(refusal));
  return [
    ...refers.flatMap(([name, kind]) => (named(kind).includes(name) ? [] : [`no ${kind} ${name}`])),
    ...mounts.flatMap((name) => (volumes.some((one) => one.name === name) ? [] : [`no volume ${name}`])),
    ...shellProblems(scriptOf(text)),
    ...refused.flatMap((words) => words ?? []),
  ];
}

function spoilt(what: string, by: string): string {
  expect(TEXT).toContain(what);
  return TEXT.replace(what, by);
}

test('the manifests have nothing wrong', async () => {
  expect(await problemsOf(TEXT)).toEqual([]);
});

const defects: [what: string, by: string, said: RegExp][] = [
  ['apiVersion: batch/v1', 'apiVersion: batch/v1beta1', /apiVersion/],
  ['concurrencyPolicy: Forbid', 'concurrencyPolicy: Allow', /concurrencyPolicy/],
  ['backoffLimit: 0', 'backoffLimit: 3', /backoffLimit/],
  ['restartPolicy: Never', 'restartPolicy: OnFailure', /restartPolicy/],
  ['runAsNonRoot: true', 'runAsNonRoot: false', /runAsNonRoot/],
  ['claimName: meshproof ', 'claimName: meshproofs ', /no PersistentVolumeClaim meshproofs/],
  ['name: tmp, mountPath', 'name: temp, mountPath', /no volume temp/],
  ['--suite connectivity,', '--suite conectivity,', /"conectivity" is no suite/],
  ['wait "$child" || code=$?\n', 'wait "$child" || code=$(\n', /unexpected EOF|syntax error/],
];
for (const [what, by, said] of defects)
  test(`a defect is seen: ${by.trim()}`, async () => {
    expect((await problemsOf(spoilt(what, by))).join('\n')).toMatch(said);
  });

test('its environment can be read, is the one that is looked at for residue, and its volume is where it says', () => {
  const { data = {} } = find(TEXT, 'ConfigMap') as V1ConfigMap;
  const [file = '', text = ''] = Object.entries(data)[0] ?? [];
  const environment = parseEnvironment(text, file);
  const script = scriptOf(TEXT);
  expect(script).toContain(`env residue ${environment.name}`);
  const { volumeMounts = [] } = podOf(TEXT).containers[0] ?? {};
  const mounted = (name: string) => volumeMounts.find((one) => one.name === name)?.mountPath ?? '-';
  expect(script).toContain(`--environment ${mounted('environment')}/${file}`);
  const { provider } = environment;
  expect(provider.kind === 'kubeconfig' && provider.file).toBe(`${mounted('kubeconfig')}/config`);
});

test.describe('its script', () => {
  test.describe.configure({ timeout: 120_000 });

  test('ends with the code of the verdict, after all the rest', ({}, info) => {
    const checkout = makeCheckout(info.outputPath('checkout'), { verdict: 'inconclusive' });
    const ended = checkout.run(scriptOf(TEXT).replaceAll('/data/', `${checkout.root}/`));
    expect(ended.exitCode, ended.said).toBe(2);
    expect(ended.said).toContain('as it was sealed');
    expect(ended.said).toContain('nothing of production is left');
    expect(ended.said).toContain('## ❔ Meshproof: inconclusive');
    expect(checkout.missing('history/fake/verdicts.jsonl\nreport/allure-report/index.html')).toEqual([]);
  });
});
