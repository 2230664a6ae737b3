import type { StageEvent } from './stage.ts';

/** The images of an environment, and what is in them. */
export interface ImageSet {
  mode: 'source' | 'registry';
  /** Node image for kind, with every other image inside. */
  node: string;
  /** `meshproof`: the node image brings no CNI; `installCni` sets one up after the cluster exists. */
  cni: 'built-in' | 'meshproof';
  istio: {
    hub: string;
    tag: string;
    version: string;
    /** `envoy`: plain Envoy without Istio's own filters, which istiod must not send then. */
    proxy: 'istio' | 'envoy';
  };
  k6: string;
  /** Node.js 24 for the agent: runs `node`, also as user 1000. */
  runtime: string;
  versions: Record<string, string>;
  /** Source: id of the node image. Registry: digest of each pulled image, by its pinned name. */
  digests: Record<string, string>;
}

export interface EnsureImagesOptions {
  mode: 'auto' | 'source' | 'registry';
  /** HOST or HOST/PREFIX to pull from instead of the default registry. */
  mirror?: string;
  /** DOCKER_HOST and its kin. */
  dockerEnv: Record<string, string>;
  /** Meshproof's cache folder (see lib/support/paths.ts). */
  cacheDir: string;
  onEvent: (event: StageEvent) => void;
  signal?: AbortSignal;
  /** Free bytes at a folder; for tests. */
  freeBytes?: (folder: string) => Promise<number>;
}
