import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAllYaml, VersionApi } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { LabCluster } from '../../model/lab.ts';
import type { MeshSettings } from '../../model/upgrade.ts';
import { exec, tryExec } from '../../support/exec.ts';
import { openKube } from '../../support/kube.ts';
import type { UpgradeContext } from '../contracts.ts';
import type { InstalledResources } from './crd-changes.ts';
import type { CustomObject, Definition } from './crd-schema.ts';
import { parseMessages, type ToolMessage } from './istioctl-messages.ts';
import { withInstaller, withSettingsFiles } from './settings-files.ts';
import type { InstalledMesh } from './support-policy.ts';

/** Of one call of istioctl; it takes half a second where nothing is wrong. */
const TOOL_MS = 15_000;

/** What `istioctl` would install. */
export interface Rendered {
  /** Version of its istiod: the tag of its image. */
  controlPlane: string;
  definitions: Definition[];
  /** The ConfigMap `istio`, key `mesh`. */
  meshConfig: unknown;
  operators: unknown[];
}

/** Kinds of a manifest that are looked at; to read all of it takes seconds. */
const READ = /^kind: (CustomResourceDefinition|ConfigMap|Deployment)$/m;

/** What `istioctl` would install into a cluster with these settings; its own words as an error where it would not. */
export async function render(
  cluster: LabCluster,
  settings: MeshSettings,
  context: UpgradeContext,
): Promise<Rendered> {
  const istioctl = await withInstaller(context, settings).tool('istioctl');
  return await withSettingsFiles(cluster.name, settings, context.stateDir, async (files, installed) => {
    const named = files.flatMap((file) => ['-f', file]);
    const { stdout, stderr, exitCode } = await tryExec(istioctl, ['manifest', 'generate', ...named], {
      signal: context.signal,
      timeout: TOOL_MS,
    });
    if (exitCode !== 0) throw new Error(stderr.trim().replace(/^Error: /, '') || `exit ${exitCode}`);
    const overlay = settings.values?.document;
    const operators = [
      parse(installed),
      ...(overlay ? ['spec' in overlay ? overlay : { spec: { values: overlay } }] : []),
    ];
    return { ...readManifest(stdout), operators };
  });
}

/** Reads what `istioctl manifest generate` prints. */
export function readManifest(text: string): Omit<Rendered, 'operators'> {
  const documents = text
    .split(/^---$/m)
    .filter((one) => READ.test(one))
    .flatMap((one) => loadAllYaml(one) as { kind?: string; metadata?: { name?: string } }[]);
  const named = (kind: string, name: RegExp) =>
    documents.find((one) => one.kind === kind && name.test(one.metadata?.name ?? ''));
  const istiod = named('Deployment', /^istiod/) as
    | { spec: { template: { spec: { containers: { image: string }[] } } } }
    | undefined;
  const config = named('ConfigMap', /^istio(-(?!sidecar-injector).*)?$/) as
    | { data?: { mesh?: string } }
    | undefined;
  return {
    controlPlane: tagOf(istiod?.spec.template.spec.containers[0]?.image ?? ''),
    definitions: documents.filter(
      (one) => one.kind === 'CustomResourceDefinition',
    ) as unknown as Definition[],
    meshConfig: parse(config?.data?.mesh ?? ''),
  };
}

/** Version that an image's name ends with; empty for one that is named by its digest alone. */
export function tagOf(image: string): string {
  return /:([^/:@]+)$/.exec(image.replace(/@.*$/, ''))?.[1] ?? '';
}

interface VersionReport {
  meshVersion?: { Info?: { version?: string } }[];
  dataPlaneVersion?: { ID?: string; IstioVersion?: string }[];
}

/** What runs in a cluster, by `istioctl version` and its API server. */
export async function readVersions(cluster: LabCluster, context: UpgradeContext): Promise<InstalledMesh> {
  const istioctl = await context.tool('istioctl');
  const [{ stdout }, { gitVersion }] = await Promise.all([
    exec(istioctl, ['version', '-o', 'json', '--kubeconfig', cluster.kubeconfig], {
      signal: context.signal,
      timeout: TOOL_MS,
    }),
    openKube(cluster.kubeconfig).config.makeApiClient(VersionApi).getCode(),
  ]);
  const { meshVersion = [], dataPlaneVersion = [] } = JSON.parse(stdout) as VersionReport;
  return {
    cluster: cluster.name,
    kubernetes: gitVersion,
    controlPlanes: meshVersion.flatMap(({ Info }) => Info?.version ?? []),
    proxies: dataPlaneVersion.map(({ ID = '', IstioVersion = '' }) => ({ id: ID, version: IstioVersion })),
  };
}

/** Istio's resource definitions in a cluster, with all objects. */
export async function readResources({ name, kubeconfig }: LabCluster): Promise<InstalledResources> {
  const { custom } = openKube(kubeconfig);
  // Not by the typed client, which renames fields of schemas.
  const { items } = (await custom.listClusterCustomObject({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
  })) as { items: Definition[] };
  const definitions = items.filter(({ spec }) => spec.group.endsWith('.istio.io'));
  const objects = await Promise.all(
    definitions.map(async ({ metadata, spec }) => {
      const version = spec.versions.find(({ storage }) => storage)?.name ?? '';
      const { group, names } = spec;
      const list = await custom.listClusterCustomObject({ group, version, plural: names.plural });
      const { items: found } = list as { items: CustomObject[] };
      return [metadata.name, found.map((one) => ({ kind: names.kind, ...one }))] as const;
    }),
  );
  return { cluster: name, definitions, objects: Object.fromEntries(objects) };
}

/** False for what lives in another cluster alone: `istioctl analyze` reads all that a cluster has secrets for, as one. */
export function isOf({ origin = '' }: ToolMessage, { definitions, objects }: InstalledResources): boolean {
  const [, kind, namespace, name] = /^(\w+) ([^/ ]+)\/([^/ ]+)$/.exec(origin) ?? [];
  const definition = definitions.find(({ spec }) => spec.names.kind === kind);
  if (!definition) return true;
  return (objects[definition.metadata.name] ?? []).some(
    ({ metadata }) => metadata?.name === name && metadata?.namespace === namespace,
  );
}

/** What istioctl says with `-o json`; it ends with an error of its own (79) when it found some. */
export async function askTool(
  cluster: LabCluster,
  command: readonly string[],
  context: UpgradeContext,
): Promise<ToolMessage[]> {
  const istioctl = await context.tool('istioctl');
  const asked = [...command, '-o', 'json', '--kubeconfig', cluster.kubeconfig];
  const { stdout, stderr, exitCode } = await tryExec(istioctl, asked, {
    signal: context.signal,
    timeout: TOOL_MS,
  });
  if (exitCode !== 0 && stdout.trim() === '') throw new Error(stderr.trim() || `exit ${exitCode}`);
  return parseMessages(stdout, cluster.name);
}

/** Once as it is, and once more under a mesh configuration that the candidate changes. */
export async function analyse(
  cluster: LabCluster,
  meshConfig: unknown,
  context: UpgradeContext,
): Promise<Record<'now' | 'candidate', ToolMessage[]>> {
  const asked = ['analyze', '--all-namespaces'];
  if (meshConfig === undefined) return { now: await askTool(cluster, asked, context), candidate: [] };
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-preflight-'));
  try {
    const file = join(folder, 'mesh.yaml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(meshConfig));
    const [now, candidate] = await Promise.all([
      askTool(cluster, asked, context),
      askTool(cluster, [...asked, '--meshConfigFile', file], context),
    ]);
    return { now, candidate };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
