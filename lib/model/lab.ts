import type { Environment } from './environment.ts';

/** A node of a cluster that is up. */
export interface LabNode {
  name: string;
  role: 'control-plane' | 'worker';
  zone: string;
  /** Name of its container in the engine. */
  container: string;
  /** Address on the engine's network. */
  address: string;
}

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
}

/** An environment that is up: what `env status --json` prints and every later step works with. */
export interface Lab {
  environment: Environment;
  /** DOCKER_HOST of the engine whose containers the nodes are. */
  dockerHost: string;
  /** Name of the engine's network that the nodes share. */
  dockerNetwork: string;
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
