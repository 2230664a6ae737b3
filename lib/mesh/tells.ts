import type { KubernetesObject } from '@kubernetes/client-node';
import type { ProxyTimes } from '../model/call-time.ts';
import type { DiagnosisQuestion, MeshFacts, ProxyFacts } from '../model/diagnosis.ts';
import type { Environment, FailoverTimers } from '../model/environment.ts';
import type { LeaderSnapshot } from '../model/invariants.ts';
import type { LabCluster } from '../model/lab.ts';
import type { OutcomeClass } from '../model/observation.ts';
import type { PodName, ServiceName } from './contracts.ts';

/** Requests that a proxy counted for one endpoint of a service. */
export interface EndpointCount {
  /** `address:port`. */
  address: string;
  /** Region that the proxy believes it to be in. */
  region: string;
  requests: number;
}

/** One call as a proxy logged it. */
export interface LoggedCall {
  side: 'client' | 'server';
  requestId: string;
  path: string;
  status: number;
  /** Name of the service that was called, as far as the proxy knew. */
  service: string;
  /** `address:port` that it was sent to. */
  upstream: string;
}

/** Calls by source and destination cluster, as the mesh's golden metrics have them. */
export interface GoldenCount {
  source: string;
  destination: string;
  requests: number;
}

/** What the mesh's proxies tell of the calls that pass them. */
export interface Telemetry {
  /** What callers' pods need for their proxies to count retries. */
  callers?: { annotations: Record<string, string> };
  /** A caller's counters for a port of a service, with the tries beyond the first. */
  outbound(
    cluster: LabCluster,
    pod: PodName,
    service: ServiceName,
  ): Promise<{ endpoints: EndpointCount[]; retries: number }>;
  /** Requests that a server's proxy counted on a port. */
  inbound(cluster: LabCluster, pod: PodName, port: number): Promise<number>;
  /** Golden metrics of a caller for a service; `unable` says why the proxy has none at all. */
  golden(
    cluster: LabCluster,
    pod: PodName,
    service: ServiceName,
  ): Promise<{ unable: string } | { counts: GoldenCount[] }>;
  /** A line of a proxy's log; undefined when it is not about a call. */
  parseLog(line: string): LoggedCall | undefined;
}

/** What the mesh itself says about its state: for diagnosis and for what must hold throughout a run. Changes nothing. */
export interface MeshInspection {
  /** Name of the proxy's container in a pod. */
  proxyContainer: string;
  facts(
    cluster: LabCluster,
    context: { environment: Environment; clusters: readonly LabCluster[]; question: DiagnosisQuestion },
  ): Promise<MeshFacts>;
  /** What the proxy of a pod knows of the service in question; undefined when it has none. */
  proxy(
    cluster: LabCluster,
    pod: { namespace: string; name: string },
    context: { clusters: readonly LabCluster[]; question: DiagnosisQuestion },
  ): Promise<ProxyFacts | undefined>;
  /** Pushes that proxies turned down, by control-plane instance, since that one started. */
  rejections(cluster: LabCluster): Promise<Record<string, number>>;
  /** The elections of its control plane, as they stand; named after the driver's namespace. */
  leaders(cluster: LabCluster): Promise<LeaderSnapshot[]>;
}

/** How calls and proxies of this mesh show what they know of a service's endpoints. */
export interface Discovery {
  /** How a call ends for which the caller's proxy knows no endpoint: nothing was sent anywhere. */
  noEndpoint: { outcome: OutcomeClass; responseFlag?: string };
  /** A page on a port of a pod's loopback that lists what its proxy calls, and how to read it: `address:port`. */
  proxyEndpoints: { port: number; path: string; read(page: string, service: ServiceName): string[] };
  /** The pods through which calls of other networks come in, by their `app` label. */
  gateways: { namespace: string; app: string };
}

/** A change that a proxy has taken up. */
export interface TakenUp {
  generation: number;
  /** When, milliseconds since the epoch on the clock of the proxy's node. */
  since: number;
}

/** How changes come to proxies, in their own cluster and in others: what a control plane is there for. */
export interface Pushes {
  /**
   * An object that does nothing, and of which only proxies of its namespace hear, in all clusters; they can tell each
   * generation of it from every other. Generations are whole numbers from 0 to 40 000.
   */
  change(service: Pick<ServiceName, 'name' | 'namespace'>, generation: number): KubernetesObject;
  /** A page on the loopback of a pod that tells which generation its proxy has, and how to read it; undefined: none. */
  page: {
    port: number;
    path(service: Pick<ServiceName, 'name' | 'namespace'>): string;
    read(page: string): TakenUp | undefined;
  };
}

/** What a caller's proxy knows of a service, and what decides when it gives up on an endpoint: read from the proxy itself. */
export interface LiveTimers {
  timers: FailoverTimers;
  /** Endpoints that calls are spread over while all is well: address, and share of the calls relative to the others. */
  endpoints: { address: string; weight: number }[];
}

/** What decides how long a failover takes, as it is in force just now. */
export interface FailoverReading {
  read(cluster: LabCluster, caller: PodName, service: ServiceName): Promise<LiveTimers>;
  /** A change is told to proxies so long after the last one before it, and so long after the first at the latest; milliseconds. */
  pushDelay(cluster: LabCluster): Promise<{ afterMs: number; atMostMs: number }>;
}

/** The mesh's own programs, as far as one must know them to see what they use. */
export interface Footprint {
  /** Name of the proxy's container, in workloads and gateways. */
  proxyContainer: string;
  /** By the `app` label of their pods. */
  gateways: { namespace: string; app: string };
  controlPlane: { namespace: string; app: string; container: string };
  /** A page on the loopback of a proxy's pod that tells what it has allocated, bytes; undefined: it does not say. */
  heap: { port: number; path: string; read(page: string): number | undefined };
}

/** Where the time of single calls goes, as proxies see it. */
export interface CallTimes {
  /** Calls with this request header are timed, whatever its value. */
  header: string;
  /** Objects that make the proxies of a namespace tell; they must be there before the connections are made. */
  objects(namespace: string): KubernetesObject[];
  /** A line of a proxy's log; undefined when it is about something else. */
  parse(line: string): ProxyTimes | undefined;
}
