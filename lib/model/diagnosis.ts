/** What somebody wants to know: why this caller does not reach this service. Both may be left out. */
export interface DiagnosisQuestion {
  from?: { cluster: string; namespace: string; workload: string; pod?: string };
  /** With a cluster: only the copy there is missed. */
  to?: { service: string; namespace: string; cluster?: string };
  /** Logs and events count from here, milliseconds since the epoch; ten minutes back when left out. */
  since?: number;
  /** What the caller's proxy had counted before the call; counts are given from there. */
  before?: ProxyEndpoint[];
}

/** What was found wrong, and the material that it was found in. Nothing in it is secret any more. */
export interface Diagnosis {
  /** Likely causes in words, the likeliest first. */
  causes: string[];
  /** Text by file name. */
  files: Record<string, string>;
}

/** What was seen when somebody looked; every list is empty when nothing of the kind was found. */
export interface Facts {
  question: DiagnosisQuestion;
  /** When they were collected, milliseconds since the epoch. */
  at: number;
  clusters: ClusterFacts[];
  /** The caller's proxy; undefined when nobody asked for one, or it has none. */
  proxy?: ProxyFacts;
  /** DNS answers that the caller got for the service's name, or the error in words. */
  dns?: { name: string; expected: string[]; answers: string[]; outcome: string };
}

export interface ClusterFacts {
  cluster: string;
  /** Why nothing could be read of this cluster. */
  unreadable?: string;
  nodes: NodeFacts[];
  /** Control plane, gateways, DNS and Meshproof's own: what wants more pods than it has. */
  deployments: { name: string; namespace: string; wanted: number; available: number }[];
  pods: PodFacts[];
  /** The service that was asked for, as this cluster's API has it. */
  service?: ServiceFacts;
  /** NetworkPolicies in the namespaces of caller and service. */
  networkPolicies: string[];
  /** The resolver's configuration has these directives, which nobody has by default. */
  oddDns: string[];
  mesh?: MeshFacts;
  warnings: string[];
  /** Parts that could not be read in time, with the reason: nothing is known of them. */
  gaps: string[];
}

export interface NodeFacts {
  name: string;
  ready: boolean;
  /** Packet rules that drop or reject and that neither Kubernetes nor the mesh made, as the node prints them. */
  dropRules: string[];
  /** Queueing disciplines that slow or lose packets. */
  shaping: string[];
  /** MTU of the interface to the other nodes. */
  mtu?: number;
}

/** A pod that is in trouble, or was. */
export interface PodFacts {
  namespace: string;
  name: string;
  node: string;
  ready: boolean;
  restarts: number;
  /** CrashLoopBackOff, OOMKilled, Pending …, with its message. */
  trouble?: string;
}

export interface ServiceFacts {
  exists: boolean;
  ready: string[];
  notReady: string[];
}

/** One cluster's part of the mesh. */
export interface MeshFacts {
  controlPlane: string;
  /** Why its control plane, or one instance of it, said nothing: then more may be wrong than the lists below show. */
  unreadable?: string;
  /** Every other cluster: does this control plane have access to it, and is it in step with it. */
  peers: { cluster: string; hasAccess: boolean; watched: boolean; detail?: string }[];
  /** How many addresses of the service in question this control plane has, by cluster; undefined when it did not say. */
  held?: Record<string, number>;
  gateway: { name: string; published: string[]; nodeAddresses: string[] };
  network: { expected: string; label: string | undefined };
  /** Pushes that a proxy turned down, with its words. */
  rejections: string[];
  /** Proxies that have not confirmed the newest configuration: `pod.namespace`, kinds of configuration. */
  stale: { proxy: string; kinds: string[] }[];
  /** Pods with a proxy that no control plane serves: `pod.namespace`. */
  unserved: string[];
  settings: MeshSetting[];
  certificates: { what: string; notAfter: number }[];
}

/** An object that changes how calls behave, beside those that the driver itself installs. */
export interface MeshSetting {
  kind: string;
  namespace: string;
  name: string;
  /** What it does, in words. */
  effect: string;
  /** Which calls it can touch. */
  touches: 'service' | 'caller' | 'namespace' | 'mesh' | 'other';
  /** `blocks` can fail a call by itself, `diverts` changes who answers, `alters` changes something else. */
  does: 'blocks' | 'diverts' | 'alters';
  /** True when a run of Meshproof made it. */
  ours: boolean;
  createdAt?: number;
}

/** The caller's proxy as it is at the moment. */
export interface ProxyFacts {
  pod: string;
  cluster: string;
  version?: string;
  /** False when the proxy has never heard of the service. */
  knowsService: boolean;
  endpoints: ProxyEndpoint[];
  /** Why it turned endpoints of the service away that did answer, in words, the commonest first. */
  refusals?: string[];
  /** Configuration updates that it turned down since it started. */
  rejected: number;
  certificateNotAfter?: number;
}

export interface ProxyEndpoint {
  address: string;
  /** The cluster that is behind it; undefined when the address belongs to none. */
  cluster?: string;
  healthy: boolean;
  /** Why not, in the proxy's words: `failed_outlier_check` … */
  why?: string;
  requests: number;
  failures: number;
}
