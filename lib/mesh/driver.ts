import type { KubernetesObject } from '@kubernetes/client-node';
import type { LabCluster } from '../model/lab.ts';
import type { MeshPort } from '../model/mesh-port.ts';
import type {
  Authorization,
  DnsCapture,
  Locality,
  Membership,
  MeshCanary,
  MeshContext,
  MeshUpgrade,
  MultiClusterServices,
  MutualTls,
  ProxyBypass,
  ServiceName,
  TimeLimits,
  TrustRotation,
} from './contracts.ts';
import type {
  CallTimes,
  Discovery,
  FailoverReading,
  Footprint,
  MeshInspection,
  Pushes,
  Telemetry,
} from './tells.ts';

/** What a mesh, or what its clusters run on, can do; a suite asks for it, and is not applicable without it. */
export type Capability =
  | 'multi-network'
  | 'strict-mtls'
  | 'gateway-passthrough'
  | 'outlier-detection'
  | 'join-live-mesh'
  | 'dns-capture'
  | 'authorization'
  | 'rotate-leaf'
  | 'rotate-intermediate'
  | 'rotate-root'
  | 'locality-failover'
  | 'weighted-split'
  | 'headless-discovery'
  | 'cluster-local'
  | 'mcs'
  | 'mcs-conflict-status'
  | 'udp-cross-network'
  | 'aws';

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

/** Installs, inspects and removes one mesh. Every operation is idempotent. */
export interface MeshDriver {
  name: string;
  /** Namespace of the control plane. */
  namespace: string;
  capabilities: readonly Capability[];
  /** Labels that put a namespace into the mesh. */
  namespaceLabels: Record<string, string>;
  /** What the network must let through for it: all of it, and nothing more. */
  ports: readonly MeshPort[];
  mtls: MutualTls;
  /** Left out where neither calls nor proxies tell. */
  discovery?: Discovery;
  /** Left out where the mesh knows nothing of the Multi-Cluster Services API. */
  mcs?: MultiClusterServices;
  authorization?: Authorization;
  inspection?: MeshInspection;
  /** Left out where proxies tell nothing of calls. */
  telemetry?: Telemetry;
  locality?: Locality;
  /** Left out where calls may take as long as they like. */
  timeLimits?: TimeLimits;
  /** Objects that spare the proxies of a workload which calls nobody the configuration of everybody else. */
  serverOnly?(workload: Pick<ServiceName, 'name' | 'namespace'>): KubernetesObject[];
  /** Left out where clusters cannot join a mesh that is in use. */
  membership?: Membership;
  /** Left out where nothing of it can be replaced while the mesh runs. */
  rotation?: TrustRotation;
  /** Left out where the mesh answers no lookups. */
  dnsCapture?: DnsCapture;
  /** Left out where proxies take nothing from a control plane, or do not tell what they took. */
  pushes?: Pushes;
  /** Left out where proxies do not tell what makes them give up on an endpoint. */
  failover?: FailoverReading;
  /** Left out where proxies do not tell how long they had to do with a call. */
  callTimes?: CallTimes;
  /** Left out where what its programs use cannot be told from what workloads use. */
  footprint?: Footprint;
  /** Left out where no call can leave a workload's proxy aside. */
  bypass?: ProxyBypass;
  /** Left out where a mesh in use takes no other settings. */
  upgrade?: MeshUpgrade;
  /** Left out where a cluster has one control plane only. */
  canary?: MeshCanary;
  /** Version that runs in a cluster; undefined where there is no such mesh. */
  detect(cluster: LabCluster): Promise<string | undefined>;
  /** Addresses or host names at which other networks reach a cluster's gateways, as the mesh tells them. */
  gateways(cluster: LabCluster): Promise<string[]>;
  /** Installs the mesh into every cluster, with one shared root of trust. */
  install(context: MeshContext): Promise<void>;
  /** Peers all clusters, and returns when every control plane has synchronised with every other cluster. */
  connect(context: MeshContext): Promise<void>;
  status(cluster: LabCluster, context: Pick<MeshContext, 'clusters' | 'tool'>): Promise<MeshStatus>;
  uninstall(context: MeshContext): Promise<void>;
  /** Text for a person who has to find out why something failed: control plane state, by file name. */
  diagnose(cluster: LabCluster): Promise<Record<string, string>>;
}
