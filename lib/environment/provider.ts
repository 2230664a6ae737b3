import type { ClusterSpec, Environment } from '../model/environment.ts';
import type { MeshRelease } from '../model/upgrade.ts';
import type { Lab, LabCluster, LabImages, NodeAccess } from '../model/lab.ts';
import type { MeshPort } from '../model/mesh-port.ts';
import type { Log } from '../support/log.ts';

/** What every provider gets to work with. */
export interface ProviderContext {
  log: Log;
  /** Aborted by Ctrl-C; a provider stops at the next safe point and leaves its state on disk. */
  signal: AbortSignal;
  /** What clusters of the mesh must reach in each other's networks; left out where nothing is made. */
  ports?: readonly MeshPort[];
  /** Folder of the environment's state: kubeconfigs and whatever the provider keeps. */
  stateDir: string;
}

/** Clusters that are up, and what a mesh driver and the workloads need to know of their images. */
export interface Provided {
  clusters: LabCluster[];
  access: NodeAccess;
  images: LabImages;
  /** Images of the mesh that are inside the nodes already; undefined where the mesh exists already, too. */
  meshImages: MeshImages | undefined;
  /** Path of a program of the mesh's vendor, by name (`istioctl`). */
  tool(name: 'istioctl'): Promise<string>;
  /** Resource definitions of an API that Kubernetes does not bring along, as YAML; undefined where they can't be had. */
  definitions(api: 'mcs'): Promise<string[] | undefined>;
}

/** `proxy: envoy` means a plain Envoy without the vendor's own filters; the driver turns off what needs them. */
export interface MeshImages {
  hub: string;
  tag: string;
  version: string;
  proxy: 'istio' | 'envoy';
}

/** How clusters come to exist. Every operation is idempotent and may follow an interrupted one. */
export interface Provider {
  name: string;
  /** Makes what is missing, deletes what is half-made, and gives all clusters back with their nodes Ready. */
  up(environment: Environment, context: ProviderContext): Promise<Provided>;
  /** Makes what clusters stand on, with the clusters, and puts nothing into them; absent where there is no such step. */
  infrastructure?(environment: Environment, context: ProviderContext): Promise<void>;
  /** Tells others where the gateways are, once the mesh has them: `gateways` are their addresses or host names, by cluster. Absent: nobody needs it. */
  publish?(
    environment: Environment,
    gateways: Readonly<Record<string, readonly string[]>>,
    context: ProviderContext,
  ): Promise<void>;
  /** Removes everything that `up` made, wholly or in part, also after a crash. */
  down(environment: string, context: ProviderContext): Promise<void>;
  /** Names of what still exists of an environment: empty after `down`. */
  residue(environment: string, context: ProviderContext): Promise<string[]>;
  /** Adds clusters to an environment that is up; absent where a provider cannot. */
  guests?: GuestProvider;
  /**
   * Brings another proxy's image into all nodes of clusters that are up; gives the name by which pods ask for it. Absent where
   * nodes fetch their images themselves.
   */
  bringProxy?(
    lab: Pick<Lab, 'clusters' | 'images'>,
    wish: ProxyWish,
    context: Pick<ProviderContext, 'log' | 'signal'>,
  ): Promise<string>;
  /**
   * Brings the images of another release of the mesh into all nodes of clusters that are up, and its installer to this machine. A
   * `usage` error for one that cannot be had where their images came from. Absent where the mesh is not ours to install.
   */
  bringRelease?(
    lab: Pick<Lab, 'clusters' | 'images'>,
    version: string,
    context: Pick<ProviderContext, 'log' | 'signal'>,
  ): Promise<MeshRelease>;
}

/** Which proxy: that of the environment on another Envoy, or any image. */
export type ProxyWish = { envoy: string } | { image: string };

/** One cluster more, beside those of an environment that is up, for as long as a suite needs it. */
export interface GuestProvider {
  /** Makes the cluster, its nodes registered, on the environment's network; the others have the right of way meanwhile. */
  add(environment: Environment, cluster: ClusterSpec, context: ProviderContext): Promise<Provided>;
  /** Removes it, wholly or half-made, also what a killed process is still making. Says what was there. */
  drop(environment: string, cluster: string): Promise<string[]>;
}
