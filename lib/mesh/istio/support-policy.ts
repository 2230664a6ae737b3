import type { GateFinding } from '../../model/gate.ts';

/**
 * Kubernetes versions that releases of Istio support: istio.io, data/compatibility/supportStatus.yml, as of Istio 1.31; the
 * oldest for 1.31 is also in its own program (istioctl/pkg/install/k8sversion, MinK8SVersion).
 */
const KUBERNETES: Readonly<Record<string, readonly [oldest: number, newest: number]>> = {
  '1.31': [32, 36],
  '1.30': [32, 36],
  '1.29': [31, 35],
  '1.28': [30, 34],
  '1.27': [29, 33],
  '1.26': [29, 33],
};

/** "The control plane can be one version ahead of the data plane": istio.io, Supported Releases, Control Plane/Data Plane Skew. */
const PROXIES_BEHIND = 1;
/** istio.io, In-place Upgrades: one minor version at a time, and back by no more. */
const STEP = 1;
/** Names of proxies in one sentence. */
const NAMED = 3;

/** What runs in one cluster. */
export interface InstalledMesh {
  cluster: string;
  /** `v1.36.3`. */
  kubernetes: string;
  /** Of every istiod; one a revision. */
  controlPlanes: string[];
  /** Proxies by `pod.namespace`, with the Istio that they are of. */
  proxies: { id: string; version: string }[];
}

/** What the candidate brings: versions of Istio; that of its proxies only where its image's tag tells. */
export interface CandidateVersions {
  controlPlane: string;
  proxy?: string;
}

/** What Istio's own support policy says of a change; pure. Versions that are none are not judged, and said. */
export function skewFindings(
  installed: readonly InstalledMesh[],
  candidate: CandidateVersions,
): GateFinding[] {
  const to = parseVersion(candidate.controlPlane);
  if (!to)
    return [found('unsettled', `istiod ${candidate.controlPlane} names no release, so no skew was checked`)];
  const proxy = candidate.proxy === undefined ? undefined : parseVersion(candidate.proxy);
  return [
    ...installed.flatMap((mesh) => [
      ...mesh.controlPlanes.flatMap((from) => stepFindings(mesh.cluster, from, candidate.controlPlane)),
      ...proxyFindings(mesh, candidate.controlPlane),
      ...kubernetesFindings(mesh, to),
    ]),
    ...(proxy ? candidateProxyFindings(candidate, to.minor - proxy.minor) : []),
    ...apartFindings(installed),
  ];
}

function stepFindings(cluster: string, from: string, to: string): GateFinding[] {
  const [before, after] = [parseVersion(from), parseVersion(to)];
  if (!before || !after)
    return [found('unsettled', `${cluster}: istiod ${from} names no release, so its step was not checked`)];
  const step = after.minor - before.minor;
  const change = `${cluster}: istiod ${from} to ${to}`;
  if (before.major !== after.major || step > STEP)
    return [
      found(
        'against',
        `${change} skips minor versions, and Istio supports one at a time in place: go by ${before.major}.${before.minor + 1} first`,
      ),
    ];
  if (step < -STEP)
    return [found('against', `${change} goes back further than the one minor version that Istio supports`)];
  if (step < 0 || (step === 0 && (after.patch ?? Infinity) < (before.patch ?? 0)))
    return [
      found(
        'note',
        `${change} is a downgrade: resource definitions stay the newer ones, and what uses their new fields is not understood: look for it before`,
      ),
    ];
  return [];
}

/** Proxies are judged as they run: those of others are not renewed by a gate, and a candidate meets them. */
function proxyFindings({ cluster, proxies }: InstalledMesh, controlPlane: string): GateFinding[] {
  const to = parseVersion(controlPlane)?.minor ?? 0;
  const behind = (version: string) => to - (parseVersion(version)?.minor ?? to);
  const ahead = proxies.filter(({ version }) => behind(version) < 0);
  const old = proxies.filter(({ version }) => behind(version) > PROXIES_BEHIND);
  return [
    ...(ahead.length > 0
      ? [
          found(
            'against',
            `${cluster}: ${named(ahead)} would be ahead of istiod ${controlPlane}, which Istio never supports: bring back the proxies first`,
          ),
        ]
      : []),
    ...(old.length > 0
      ? [
          found(
            'against',
            `${cluster}: ${named(old)} would be more than one minor version behind istiod ${controlPlane}, which Istio does not support: restart their pods first`,
          ),
        ]
      : []),
  ];
}

function candidateProxyFindings({ controlPlane, proxy }: CandidateVersions, behind: number): GateFinding[] {
  const change = `the candidate's proxies of Istio ${proxy}`;
  if (behind < 0)
    return [found('against', `${change} are ahead of its istiod ${controlPlane}: upgrade istiod first`)];
  if (behind > PROXIES_BEHIND)
    return [
      found(
        'against',
        `${change} are more than one minor version behind its istiod ${controlPlane}: name a later image`,
      ),
    ];
  return [];
}

function kubernetesFindings(
  { cluster, kubernetes }: InstalledMesh,
  { major, minor }: Version,
): GateFinding[] {
  const range = KUBERNETES[`${major}.${minor}`];
  const here = parseVersion(kubernetes);
  if (!range || !here)
    return [
      found(
        'note',
        `${cluster}: whether Istio ${major}.${minor} supports Kubernetes ${kubernetes} is not in Meshproof's table: see istio.io, Supported Releases`,
      ),
    ];
  const [oldest, newest] = range;
  const supports = `Istio ${major}.${minor} supports 1.${oldest} to 1.${newest}`;
  if (here.minor < oldest)
    return [
      found('against', `${cluster}: Kubernetes ${kubernetes} is too old, ${supports}: upgrade it first`),
    ];
  if (here.minor > newest)
    return [
      found('unsettled', `${cluster}: Kubernetes ${kubernetes} is newer than what was tested, ${supports}`),
    ];
  return [];
}

/** Control planes that are further apart than a step are so before any candidate; data planes may be of any version. */
function apartFindings(installed: readonly InstalledMesh[]): GateFinding[] {
  const known = installed.flatMap(({ cluster, controlPlanes }) =>
    controlPlanes.flatMap((version) => {
      const minor = parseVersion(version)?.minor;
      return minor === undefined ? [] : [{ minor, words: `${cluster} (${version})` }];
    }),
  );
  const [first, ...rest] = known.toSorted((a, b) => a.minor - b.minor);
  const last = rest.at(-1);
  if (!first || !last || last.minor - first.minor <= STEP) return [];
  return [
    found(
      'unsettled',
      `the control planes of ${first.words} and ${last.words} are more than one minor version apart: bring the older one up first`,
    ),
  ];
}

function named(proxies: readonly { id: string; version: string }[]): string {
  const some = proxies.slice(0, NAMED).map(({ id, version }) => `${id} (${version})`);
  const more = proxies.length - some.length;
  return `${proxies.length === 1 ? 'the proxy' : 'the proxies'} ${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

interface Version {
  major: number;
  minor: number;
  patch?: number;
}

/** A release, or a build between two: `1.31.1`, `v1.36.3`, `1.31-20260827…`; undefined for what starts otherwise. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return {
    major: Number(major),
    minor: Number(minor),
    ...(patch === undefined ? {} : { patch: Number(patch) }),
  };
}

function found(weight: GateFinding['weight'], words: string): GateFinding {
  return { source: 'preflight', weight, words };
}
