import type { KubernetesObject } from '@kubernetes/client-node';
import type { CallTarget } from '../model/call-plan.ts';
import type { Environment } from '../model/environment.ts';
import type { LabCluster } from '../model/lab.ts';
import type { OutcomeClass } from '../model/observation.ts';
import type { Log } from '../support/log.ts';

/** What a mesh can do; a suite asks for it, and is not applicable without it. */
export type Capability = 'multi-network' | 'strict-mtls' | 'gateway-passthrough' | 'outlier-detection';

/** What a driver works with when it changes clusters. */
export interface MeshContext {
  environment: Environment;
  clusters: readonly LabCluster[];
  images: { hub: string; tag: string; version: string; proxy: 'istio' | 'envoy' };
  tool(name: 'istioctl'): Promise<string>;
  log: Log;
  signal: AbortSignal;
  /** Folder of the environment's state; trust roots are kept there, mode 0600. */
  stateDir: string;
}

/** State of one cluster's part of the mesh. */
export interface MeshStatus {
  cluster: string;
  version: string;
  ready: boolean;
  /** Names of the other clusters that its control plane watches. */
  connectedTo: string[];
  /** What is wrong, in words; empty when ready. */
  problems: string[];
}

/** A Kubernetes service of the mesh, as drivers need it to compute names. */
export interface ServiceName {
  name: string;
  namespace: string;
  port: number;
}

/** Mutual TLS as this mesh does it. */
export interface MutualTls {
  /** How a workload that insists on mTLS ends a connection that speaks plaintext. */
  rejectsPlaintextAs: OutcomeClass;
  /** The SPIFFE ID that a workload of this service account must carry. */
  identity(environment: Environment, namespace: string, serviceAccount: string): string;
  /** The root certificate that workloads of a cluster trust, PEM; read from the live mesh. */
  trustAnchor(cluster: LabCluster): Promise<string>;
  /** A handshake with a service of another cluster, by the path that the mesh's own traffic takes. */
  handshake(target: LabCluster, service: ServiceName): CallTarget;
  /** Objects that let one workload accept plaintext too: the positive control of the rejection test. */
  acceptPlaintext(namespace: string, labels: Record<string, string>): KubernetesObject[];
}

/** Installs, inspects and removes one mesh. Every operation is idempotent. */
export interface MeshDriver {
  name: string;
  /** Namespace of the control plane. */
  namespace: string;
  capabilities: readonly Capability[];
  /** Labels that put a namespace into the mesh. */
  namespaceLabels: Record<string, string>;
  mtls: MutualTls;
  /** Version that runs in a cluster; undefined where there is no such mesh. */
  detect(cluster: LabCluster): Promise<string | undefined>;
  /** Installs the mesh into every cluster, with one shared root of trust. */
  install(context: MeshContext): Promise<void>;
  /** Peers all clusters, and returns when every control plane has synchronised with every other cluster. */
  connect(context: MeshContext): Promise<void>;
  status(cluster: LabCluster, context: Pick<MeshContext, 'clusters' | 'tool'>): Promise<MeshStatus>;
  uninstall(context: MeshContext): Promise<void>;
  /** Text for a person who has to find out why something failed: control plane state, by file name. */
  diagnose(cluster: LabCluster): Promise<Record<string, string>>;
}
