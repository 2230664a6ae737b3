import type { Environment } from './environment.ts';

/** A node of a cluster that is up. */
export interface LabNode {
  name: string;
  role: 'control-plane' | 'worker';
  zone: string;
  /** What commands get into it by: the name of its container in the engine, or CLUSTER/NODE where a Job lets them in. */
  container: string;
  /** Address on the engine's network. */
  address: string;
}

/** How commands get into the nodes. */
export type NodeAccess =
  /** The nodes are containers of an engine, which share a network of it. */
  | { by: 'engine'; dockerHost: string; network: string }
  /** By a privileged Job on each node, of an image with `nsenter` in it; `kubeconfigs` (paths) by name of the cluster. */
  | { by: 'job'; image: string; kubeconfigs: Record<string, string> };

/** A cluster that is up. */
export interface LabCluster {
  name: string;
  region: string;
  network: string;
  /** Path of its own kubeconfig (mode 0600); the user's is never touched. */
  kubeconfig: string;
  podCidr: string;
  serviceCidr: string;
  nodes: LabNode[];
  /** Addresses by which other networks reach the mesh's gateways, where they are not those of its workers. */
  gateways?: readonly string[];
  /**
   * The Service of the mesh's gateways gets a load balancer from the cloud, by these annotations; left out: it is published at the
   * addresses of its nodes.
   */
  gatewayService?: { annotations: Readonly<Record<string, string>> };
}

/** An environment that is up: what `env status --json` prints and every later step works with. */
export interface Lab {
  environment: Environment;
  access: NodeAccess;
  /** Clusters that Meshproof did not make may be disturbed: they have opted in, and the user of this command has said so. */
  disruption?: 'allowed';
  clusters: LabCluster[];
  mesh: { driver: string; namespace: string; version: string };
  images: LabImages;
  /** Paths of the programs that the mesh driver runs, by name. */
  tools: { istioctl: string };
  createdAt: string;
}

/** Images that workloads of Meshproof use; all are inside the nodes already. */
export interface LabImages {
  mode: 'source' | 'registry';
  runtime: string;
  k6: string;
  versions: Record<string, string>;
  digests: Record<string, string>;
}

/** The comment of packet rules that our CNI sets in nodes of the lab: they are part of it, and no fault. */
export const CNI_RULE = 'meshproof-cni';
