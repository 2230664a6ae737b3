import type { EksSettings } from './aws.ts';
import type { TlsVersion } from './call-plan.ts';
import type { FaultLimits } from './fault.ts';
import type { Waiver } from './invariants.ts';
import type { PathBudget } from './load.ts';
import type { Quarantine } from './quarantine.ts';

/** A named set of clusters plus one mesh, as read from `environments/*.yaml`. Durations are milliseconds. */
export interface Environment {
  name: string;
  /** The file it was read from. */
  file: string;
  provider: ProviderSettings;
  clusters: ClusterSpec[];
  mesh: MeshSettings;
  expect: Expectations;
  budgets: Budgets;
  faults: FaultLimits;
  /** Breaches of invariants that are let pass until a date. */
  waivers: Waiver[];
  /** Tests that do not decide the verdict of a run until a date. */
  quarantine: Quarantine[];
}

export type ProviderSettings = KindSettings | KubeconfigSettings | EksSettings;

/** Clusters are made on this machine, and removed again. */
export interface KindSettings {
  kind: 'kind';
  images: ImageMode;
}

/** Clusters that exist already, with their mesh. */
export interface KubeconfigSettings {
  kind: 'kubeconfig';
  /** Where the contexts are; what kubectl would take (KUBECONFIG, ~/.kube/config) when left out. */
  file?: string;
  /** Context of each cluster, by the cluster's name. */
  contexts: Record<string, string>;
  /** What the nodes can pull: an image with `node` (24 or later) and `nsenter` in it, and one of k6. */
  images: { runtime: string; k6: string };
}

/** `registry` pulls, `source` builds everything here, `auto` asks the registry once. */
export type ImageMode = 'auto' | 'registry' | 'source';

export interface ClusterSpec {
  name: string;
  region: string;
  /** Name of its network; pods of clusters in different networks reach each other through gateways only. */
  network: string;
  podCidr: string;
  serviceCidr: string;
  /** None of a cluster that exists: they are read from it. */
  nodes: NodeSpec[];
}

export interface NodeSpec {
  role: 'control-plane' | 'worker';
  zone: string;
}

export interface MeshSettings {
  driver: 'istio';
  id: string;
  trustDomain: string;
  /** Mesh-wide peer authentication that the driver installs. */
  mtls: 'strict' | 'permissive';
  /** Mesh-wide settings that decide how calls survive a lost endpoint. */
  resilience: ResilienceSettings;
  /** Multi-Cluster Services API: hosts of `clusterset.local`, ServiceExport and ServiceImport. */
  mcs: boolean;
  /** Hosts whose endpoints never serve another cluster, `*.` allowed in front (meshConfig.serviceSettings). */
  clusterLocal: string[];
  /** Proxies write one line of JSON for each call to their log. */
  accessLog: boolean;
  /** Several roots may be trusted at once, and a change of them reaches proxies that run: what it takes to replace a root. */
  multiRoot: boolean;
  /** Keys of workload certificates: RSA 2048 or ECDSA P-256 (ECC_SIGNATURE_ALGORITHM of Istio's agent). */
  workloadKeys: 'rsa' | 'ecdsa';
}

export interface ResilienceSettings {
  /** A try that has no answer by then counts as failed (meshConfig.defaultHttpRetryPolicy.perTryTimeout). */
  tryTimeoutMs: number;
  connectTimeoutMs: number;
  /** Tries after the first, on connection failures only. */
  retries: number;
  outlierDetection: {
    consecutiveErrors: number;
    intervalMs: number;
    baseEjectionMs: number;
    maxEjectionPercent: number;
  };
  /** When true traffic prefers its own locality; when false every healthy endpoint gets a share. */
  localityFailover: boolean;
}

/** What decides when a caller gives up on an endpoint; infinite where nothing does. */
export type FailoverTimers = Omit<ResilienceSettings, 'localityFailover'>;

/** What the user relies on; verified by behaviour, not read back from configuration. */
export interface Expectations {
  mtls: 'strict' | 'permissive';
  /** Who answers a service that runs everywhere: every cluster, or the caller's own while it is healthy. */
  answeredBy: 'all-clusters' | 'own-cluster';
  /** Whether the CNI carries out NetworkPolicy; `unknown` makes what is seen a finding and no failure. */
  networkPolicy: 'enforced' | 'unenforced' | 'unknown';
  /** No answer of the cluster DNS may be kept longer, milliseconds; "no such name" is one, too. */
  dns: { maxTtlMs: number };
  /** What workloads take from clients; cipher suites by their OpenSSL names, up to TLS 1.2. */
  tls: { minVersion: TlsVersion; refusedCiphers: readonly string[] };
  /** Milliseconds that every certificate of the mesh must have left. */
  certificates: {
    minValidity: { leafMs: number; authorityMs: number };
    /** Whether the mesh promises that a root which was taken away is trusted nowhere any more. */
    withdrawnRoot: 'refused' | 'unknown';
  };
  /** The clocks of no two nodes differ by more, milliseconds. */
  clockOffsetMs: number;
}

/** A limit for a distribution of latencies, milliseconds, and for the share of calls that may fail (0..1). */
export interface LatencyBudget {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  errorRatio: number;
}

/** Limits of one failover, milliseconds; each is judged against the measured phase of the same name. */
export interface FailoverBudget {
  detectMs: number;
  failoverMs: number;
  steadyMs: number;
  failbackMs: number;
  longestGapMs: number;
  errorSeconds: number;
}

/** Limits of name resolution, milliseconds. */
export interface DnsBudget {
  /** Of lookups over UDP, from their intended send times. */
  p99Ms: number;
  /** What a rolling restart of the cluster DNS may cost a caller that asks all the time. */
  restart: { errorSeconds: number; longestGapMs: number };
  /** A failover of Route 53 must be heard by every cluster within this time; its default follows the record's TTL. */
  failoverMs?: number;
}

export interface Budgets {
  latency: { inCluster: LatencyBudget; crossCluster: LatencyBudget; paths: PathBudget[] };
  failover: { nodeKill: FailoverBudget; linkPartition: FailoverBudget };
  /** A change must be in force in every cluster within this time: a new service is answered, all proxies are told of any. */
  propagationMs: number;
  /** A call must be counted, and logged, by the proxies at both ends within these times. */
  observability: { metricsMs: number; accessLogMs: number };
  /** A new rule of access must be in force in every cluster within this time. */
  policyPropagationMs: number;
  dns: DnsBudget;
}
