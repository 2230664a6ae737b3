/** Parts of a mesh that calls cost something: the proxy of who calls, of who is called, between networks, and the control plane. */
export const COST_ROLES = ['client-proxy', 'server-proxy', 'gateway', 'control-plane'] as const;
export type CostRole = (typeof COST_ROLES)[number];

/** A container of the mesh whose use of processors and memory is read. */
export interface MeteredContainer {
  role: CostRole;
  cluster: string;
  namespace: string;
  pod: string;
  node: string;
  /** Its name in the pod. */
  container: string;
  /** Of the container runtime, without its scheme: another one after every restart. */
  id: string;
}

/** What a container had used by a moment. */
export interface UsageSample {
  id: string;
  /** When its counters were read, milliseconds since the epoch on the clock of its node. */
  at: number;
  /** Processor time since it started, milliseconds. */
  cpuMs: number;
  /** Anonymous memory, bytes: what it holds, without the pages of files. */
  residentBytes: number;
}

/** What a proxy itself says that it has allocated. */
export interface HeapSample {
  id: string;
  at: number;
  allocatedBytes: number;
}

/** Where readings come from: the containers' own counters in the nodes, or the kubelet's copy of them, some 10 to 15 s old. */
export type UsageSource = 'nodes' | 'kubelets';

/** Readings over a load. */
export interface CostReadings {
  source: UsageSource;
  containers: MeteredContainer[];
  usage: UsageSample[];
  heap: HeapSample[];
}

/** A call, as far as it says who had work with it. */
export interface CostedCall {
  /** Milliseconds since the epoch. */
  at: number;
  from: { cluster: string; pod: string };
  /** Undefined for a call that nobody answered. */
  to?: { cluster: string; pod: string };
}

/** What memory did while calls were made: `unclear` is growth that can neither be shown nor be ruled out. */
export type GrowthState = 'flat' | 'grows' | 'warming-up' | 'unclear';

/** Memory over calls. All in bytes per call of the proxy in question. */
export interface MemoryGrowth {
  state: GrowthState;
  slope: number;
  lower: number;
  upper: number;
  /** What is tolerated. */
  floor: number;
  /** Calls over which the settled part of the readings goes, all series together. */
  calls: number;
  /** Readings in it. */
  readings: number;
}

/** The memory of one role in one cluster, by one source: a leak in a single cluster must not drown in the others. */
export interface RoleGrowth {
  role: CostRole;
  cluster: string;
  /** All memory that its containers hold, or what the proxy says that it has allocated: more exact, but not everything is in it. */
  of: 'resident' | 'allocated';
  growth: MemoryGrowth;
}
