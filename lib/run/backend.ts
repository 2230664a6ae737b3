import type { ActiveFault } from '../fault/inject.ts';
import type { LoadResult } from '../load/k6.ts';
import type { FaultSpec } from '../model/fault.ts';
import type { Lab } from '../model/lab.ts';
import type { AgentClient } from '../probe/client.ts';
import type { Clock } from '../support/clock.ts';
import type { MutualTls } from '../mesh/driver.ts';

/** Names a caller: one agent pod of the run. */
export interface CallerRef {
  cluster: string;
  namespace: string;
  workload: string;
}

/** What a suite needs to know of a pod. */
export interface PodView {
  name: string;
  address: string;
  node: string;
}

/** One k6 run: a meshed Job in a cluster that calls a URL at a constant arrival rate. */
export interface LoadRequest {
  cluster: string;
  url: string;
  ratePerSecond: number;
  durationSeconds: number;
}

/**
 * Everything that the fixtures do to a lab. The real one talks to clusters; the self-tests have one of their
 * own, so that every verdict can be shown without a cluster.
 */
export interface Backend extends AsyncDisposable {
  lab: Lab;
  /** The time that recordings and faults are dated in. */
  clock: Clock;
  mtls: MutualTls;
  agent(caller: CallerRef): Promise<AgentClient>;
  /** Running pods of a workload, by their `app` label. */
  pods(cluster: string, namespace: string, app: string): Promise<PodView[]>;
  /** Ready addresses behind a Service, as its EndpointSlices list them. */
  endpoints(cluster: string, namespace: string, service: string): Promise<string[]>;
  clusterIp(cluster: string, namespace: string, service: string): Promise<string>;
  /** Creates a Service for pods with this `app` label in every cluster; gives its removal back. */
  addService(name: string, namespace: string, app: string): Promise<() => Promise<void>>;
  load(request: LoadRequest): Promise<LoadResult>;
  inject(spec: FaultSpec, lastsMs: number): Promise<ActiveFault>;
  /** Waits for the steady state of workloads and mesh after a fault. */
  steady(timeoutMs: number): Promise<void>;
  /** What the mesh driver finds wrong just now, in words: the hint in a failed verdict. */
  problems(): Promise<string[]>;
}
