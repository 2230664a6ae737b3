import type { ActiveFault } from '../fault/inject.ts';
import type { LoadResult } from '../load/k6.ts';
import type { LoadPlan } from '../load/script-plan.ts';
import type { SuiteSpec } from '../model/fault.ts';
import type { Lab } from '../model/lab.ts';
import type { ServiceView } from '../model/service.ts';
import type { AgentClient } from '../probe/client.ts';
import type { AwsCheck } from '../model/aws-check.ts';
import type { FailoverName } from '../model/aws-dns.ts';
import type { Clock } from '../support/clock.ts';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { MutualTls } from '../mesh/contracts.ts';
import type { MeshDriver } from '../mesh/driver.ts';
import type { Diagnosis, DiagnosisQuestion } from '../model/diagnosis.ts';
import type { ExecResult } from '../support/exec.ts';
import type { Kube } from '../support/kube.ts';
import type { InNodeOptions } from '../support/node-access.ts';
import type { AwsReport } from './aws/check.ts';
import type { Changes } from './changes.ts';
import type { RunWatch } from './invariants.ts';
import type { Guest } from './guest.ts';

/** Names a caller: one agent pod of the run. */
export interface CallerRef {
  cluster: string;
  namespace: string;
  workload: string;
  /** One pod of several; the first running one when left out. */
  pod?: string;
}

/** What a suite needs to know of a pod. */
export interface PodView {
  name: string;
  address: string;
  node: string;
  /** `topology.kubernetes.io/zone` of its node. */
  zone: string;
}

/** One run of k6: a meshed Job in a cluster, or a distributed TestRun where the cluster has the k6 operator. */
export interface LoadRequest {
  cluster: string;
  plan: LoadPlan;
  /** Node that it runs on; any when left out. */
  node?: string;
  /** Calls to these ports leave the caller's proxy aside. */
  pastProxy?: readonly number[];
}

/**
 * Everything that the fixtures do to a lab. The real one talks to clusters; the self-tests have one of their
 * own, so that every verdict can be shown without a cluster.
 */
export interface Backend extends AsyncDisposable {
  lab: Lab;
  /** Clusters that the user wants calls from; all when left out. */
  callers?: readonly string[];
  /** The time that recordings and faults are dated in. */
  clock: Clock;
  mtls: MutualTls;
  /** The mesh's driver, with its capabilities and those of the provider. */
  driver: MeshDriver;
  /** One cluster's API, for what has no method of its own here. The self-tests' world has none: `not-applicable`. */
  kube(cluster: string): Kube;
  /** Runs a command on a node, as root. The self-tests' world has none: `not-applicable`. */
  onNode(
    cluster: string,
    node: string,
    command: readonly string[],
    options?: InNodeOptions,
  ): Promise<ExecResult>;
  /** Applies objects, marked as the run's, to these clusters; gives their removal back. For objects of our own. */
  apply(clusters: readonly string[], objects: readonly KubernetesObject[]): Promise<() => Promise<void>>;
  /** Changes to what is not ours, journalled and undone whatever dies; the caller reverts them when done. */
  changes(owner: string): Changes;
  /** One cluster more, made and removed by a test: see guest.ts. The self-tests' world has none: `not-applicable`. */
  guest(): Guest;
  agent(caller: CallerRef): Promise<AgentClient>;
  /** Running pods of a workload, by their `app` label. */
  pods(cluster: string, namespace: string, app: string): Promise<PodView[]>;
  /** Ready addresses behind a Service, as its EndpointSlices list them. */
  endpoints(cluster: string, namespace: string, service: string): Promise<string[]>;
  clusterIp(cluster: string, namespace: string, service: string): Promise<string>;
  /** All that a cluster's API says of a Service; an error when it has none of the name. */
  service(cluster: string, namespace: string, name: string): Promise<ServiceView>;
  /** Creates a Service for pods with this `app` label in every cluster; gives its removal back. */
  addService(name: string, namespace: string, app: string): Promise<() => Promise<void>>;
  /** What was measured of each arm of the plan, in its order. */
  load(request: LoadRequest): Promise<LoadResult[]>;
  inject(spec: SuiteSpec, lastsMs: number): Promise<ActiveFault>;
  /** Waits for the steady state of workloads and mesh after a fault. */
  steady(timeoutMs: number): Promise<void>;
  /** What the mesh driver finds wrong just now, in words: the hint in a failed verdict. */
  problems(): Promise<string[]>;
  /** Looks for the likely causes of a call's failure, or of anything that is wrong; takes seconds, changes nothing. */
  diagnose(question: DiagnosisQuestion): Promise<Diagnosis>;
  /** Reads the live AWS accounts of the lab, and judges them; `not-applicable` where there are none. Changes nothing. */
  aws(checks: readonly AwsCheck[]): Promise<AwsReport>;
  /** The name that leads to the gateways by failover, as Route 53 has it now; `not-applicable` where there is none. Changes nothing. */
  failoverName(): Promise<FailoverName>;
  /** Looks back on the whole run. */
  watch: RunWatch;
}
