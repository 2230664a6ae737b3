import type { Pins } from './images/pins.ts';

/** Programs that Meshproof runs on this machine. */
export const toolNames = ['kind', 'kubectl', 'istioctl', 'k6'] as const;
export type ToolName = (typeof toolNames)[number];

interface ToolFacts {
  /** Arguments that print the version. */
  versionArguments: readonly string[];
  /** Pinned Go module that carries it (environments/kind-node/modules). */
  module: keyof Pins['modules'];
  /** The version that this project works with. */
  pinned: (pins: Pins) => string;
  /** Whether a version that is already installed may be used instead. */
  fits: (have: Version, pinned: Version) => boolean;
  /** What `fits` asks for, in words, for a person. */
  wants: (pinned: Version) => string;
}

/** Major, minor and patch; a patch that is not told counts as 0. */
export type Version = readonly [major: number, minor: number, patch: number];

const sameMinor = {
  fits: (have: Version, pinned: Version) => have[0] === pinned[0] && have[1] === pinned[1],
  wants: ([major, minor]: Version) => `${major}.${minor}.x`,
};

/** What is known of each tool. */
export const tools: Readonly<Record<ToolName, ToolFacts>> = {
  kind: {
    versionArguments: ['version'],
    module: 'kind',
    pinned: (pins) => pins.modules.kind.version,
    // The node image is made from files of the same minor version of kind.
    ...sameMinor,
  },
  kubectl: {
    versionArguments: ['version', '--client'],
    module: 'kubernetes',
    pinned: (pins) => pins.modules.kubernetes.version,
    // Kubernetes' version skew policy: one minor version older or newer than the API server.
    fits: (have, pinned) => have[0] === pinned[0] && Math.abs(have[1] - pinned[1]) <= 1,
    wants: ([major, minor]) => `${major}.${minor - 1} … ${major}.${minor + 1}`,
  },
  istioctl: {
    versionArguments: ['version', '--remote=false'],
    module: 'istio',
    pinned: (pins) => pins.registry.pilot.replace(/^.*:/, ''),
    // It carries the charts that it installs.
    ...sameMinor,
  },
  k6: {
    versionArguments: ['version'],
    module: 'k6',
    pinned: (pins) => pins.modules.k6.version,
    fits: (have, pinned) => have[0] === pinned[0] && have[1] >= pinned[1],
    wants: ([major, minor]) => `${major}.${minor} or newer, below ${major + 1}`,
  },
};

/** The first version number in a text (`kind v0.33.0 go1.26`), without the `v`; undefined when there is none. */
export function findVersion(text: string): string | undefined {
  return /\bv?(\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]+)?)/.exec(text)?.[1];
}

/** Splits a version number; throws on a text without one. */
export function parseVersion(text: string): Version {
  const parts = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (!parts) throw new Error(`not a version: ${text}`);
  return [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)];
}

/** Whether an installed version may be used where `pinned` is asked for. */
export function versionFits(name: ToolName, have: string, pinned: string): boolean {
  return tools[name].fits(parseVersion(have), parseVersion(pinned));
}
