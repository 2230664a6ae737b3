import { isDeepStrictEqual } from 'node:util';
import type { Side } from '../../model/comparison.ts';
import type { GateFinding } from '../../model/gate.ts';
import type { LabCluster } from '../../model/lab.ts';
import type { MeshSettings } from '../../model/upgrade.ts';
import { errorMessage } from '../../support/errors.ts';
import type { UpgradeContext } from '../contracts.ts';
import { definitionFindings } from './crd-changes.ts';
import { deprecatedFindings, deprecatedSettings } from './deprecated.ts';
import { analysisFindings, precheckFindings, type ToolMessage } from './istioctl-messages.ts';
import {
  analyse,
  askTool,
  isOf,
  readResources,
  readVersions,
  render,
  type Rendered,
  tagOf,
} from './preflight-reads.ts';
import { withInstaller } from './settings-files.ts';
import { type InstalledMesh, parseVersion, skewFindings } from './support-policy.ts';

/** Looks at every cluster at once; see `MeshUpgrade.preflight`. What cannot be looked at is unsettled, never left out. */
export async function preflight(
  settings: Record<Side, MeshSettings>,
  context: UpgradeContext,
): Promise<GateFinding[]> {
  const { log, clusters } = context;
  log.info(`pre-flight: ${clusters.map(({ name }) => name).join(', ')}`);
  const looked = await Promise.all(clusters.map((cluster) => lookAt(cluster, settings, context)));
  const [first] = looked;
  const candidate = looked.find((one) => one.to)?.to;
  const meshes = looked.flatMap(({ mesh }) => mesh ?? []);
  const skew =
    candidate && meshes.length > 0
      ? skewFindings(meshes, versionsOf(candidate.controlPlane, settings.to.proxyImage))
      : [];
  const findings = [...skew, ...looked.flatMap((one) => one.findings), ...settingsFindings(first?.operators)];
  log.info(`pre-flight: ${findings.length} findings`);
  if (findings.some(({ weight }) => weight !== 'note')) return findings;
  const words = `pre-flight of ${clusters.length} clusters: versions are supported, and resource definitions take nothing away that is in use`;
  return [{ source: 'preflight', weight: 'for', words }, ...findings];
}

interface Look {
  findings: GateFinding[];
  mesh?: InstalledMesh;
  to?: Rendered;
  /** The settings of both as IstioOperators. */
  operators: unknown[];
}

async function lookAt(
  cluster: LabCluster,
  settings: Record<Side, MeshSettings>,
  context: UpgradeContext,
): Promise<Look> {
  const { name } = cluster;
  const look: Look = { findings: [], operators: [] };
  /** Gives what it finds; says that it could not be found otherwise. */
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      context.signal.throwIfAborted();
      const result = await work();
      context.log.debug(`pre-flight: ${name}: ${what}`);
      return result;
    } catch (error) {
      context.signal.throwIfAborted();
      const words = `${name}: the pre-flight could not look at ${what}: ${errorMessage(error).replace(/\s+/g, ' ')}`;
      look.findings.push({ source: 'preflight', weight: 'unsettled', words });
      return undefined;
    }
  };
  const [mesh, resources, precheck, from, to] = await Promise.all([
    attempt('the versions that run', () => readVersions(cluster, context)),
    attempt('its resource definitions', () => readResources(cluster)),
    attempt('istioctl x precheck', () =>
      askTool(cluster, ['x', 'precheck'], withInstaller(context, settings.to)),
    ),
    attempt('what is installed', () => render(cluster, settings.from, context)),
    render(cluster, settings.to, context).catch((error: unknown) => errorMessage(error)),
  ]);
  if (mesh) look.mesh = mesh;
  context.signal.throwIfAborted();
  if (typeof to === 'string') {
    // What installs the current settings and not these is no trouble of the machine's.
    look.findings.push({
      source: 'preflight',
      weight: from ? 'against' : 'unsettled',
      words: `${name}: istioctl does not take the candidate's settings: ${to}`,
    });
    return look;
  }
  Object.assign(look, { to, operators: to.operators });
  if (resources)
    look.findings.push(
      ...definitionFindings(resources, to.definitions),
      ...deprecatedFindings(resources, to.definitions),
    );
  if (precheck) look.findings.push(...precheckFindings(name, precheck));
  const changed =
    to && from && !isDeepStrictEqual(to.meshConfig, from.meshConfig) ? to.meshConfig : undefined;
  const analysis = await attempt('istioctl analyze', () => analyse(cluster, changed, context));
  if (analysis && resources) {
    const here = (messages: readonly ToolMessage[]) => messages.filter((one) => isOf(one, resources));
    look.findings.push(...analysisFindings(name, here(analysis.now), here(analysis.candidate)));
  }
  return look;
}

function settingsFindings(operators: readonly unknown[] = []): GateFinding[] {
  const fields = [...new Set(operators.flatMap(deprecatedSettings))];
  if (fields.length === 0) return [];
  const words = `the candidate's settings use what is deprecated: ${fields.join(', ')}`;
  return [
    { source: 'preflight', weight: 'note', words: `${words}: move to what Istio's reference names instead` },
  ];
}

/** The tag of a proxy's image tells its Istio only where it is one: others build theirs under any name. */
function versionsOf(controlPlane: string, proxyImage: string | undefined) {
  const proxy = proxyImage === undefined ? '' : tagOf(proxyImage);
  const isIstio = /(^|\/)proxyv2:/.test(proxyImage ?? '') && parseVersion(proxy) !== undefined;
  return { controlPlane, ...(isIstio ? { proxy } : {}) };
}
