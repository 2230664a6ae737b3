import type { Side } from './comparison.ts';

/** What a mesh runs with instead of what it was installed with. */
export interface MeshSettings {
  /** Merged over what was installed; `file` is where the user has it. What may be in it, the mesh's driver says. */
  values?: { file: string; document: Record<string, unknown> };
  /** Image of every proxy, by the name that nodes know it by. */
  proxyImage?: string;
  /** Another release of control plane and proxies, whose images the nodes have. */
  release?: MeshRelease;
}

/** A release of a mesh: its images, and what installs it. */
export interface MeshRelease {
  version: string;
  /** Images are HUB/NAME:TAG. */
  hub: string;
  tag: string;
  /** Path of the vendor's own installer of that release: it carries the charts. */
  installer: string;
}

export const PLANES = ['control', 'data'] as const;
/** Control plane: what serves configuration and injects proxies. Data plane: the proxies that run, gateways among them. */
export type Plane = (typeof PLANES)[number];

/** One step of an upgrade or of its way back: one plane of one cluster. */
export interface UpgradeStep {
  cluster: string;
  plane: Plane;
  /** Which side's settings the plane gets. */
  to: Side;
  /** Those of the whole cluster once the step is done. */
  settings: MeshSettings;
}

/** What a proxy says itself that it runs. */
export interface RunningProxy {
  cluster: string;
  namespace: string;
  pod: string;
  /** Of its program: `1.40.0`. */
  version: string;
}

/** What a user names as one side of a gate. */
export type MeshSide =
  /** What is installed. */
  | { kind: 'current' }
  /** Control plane and proxies of a release. */
  | { kind: 'version'; version: string }
  /** The same control plane, its proxies on this Envoy. */
  | { kind: 'envoy'; version: string }
  /** The same control plane with another image of its proxies. */
  | { kind: 'proxy-image'; image: string }
  /** What is installed, with these values merged over it. */
  | { kind: 'values'; file: string };
