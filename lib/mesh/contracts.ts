import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import type { AccessPolicy } from '../model/access.ts';
import type { ProxyTimes } from '../model/call-time.ts';
import type { CallTarget, ClientCertificate } from '../model/call-plan.ts';
import type { Side } from '../model/comparison.ts';
import type { DiagnosisQuestion, MeshFacts, ProxyFacts } from '../model/diagnosis.ts';
import type { Environment, FailoverTimers } from '../model/environment.ts';
import type { GateFinding } from '../model/gate.ts';
import type { LeaderSnapshot } from '../model/invariants.ts';
import type { LabCluster } from '../model/lab.ts';
import type { OutcomeClass } from '../model/observation.ts';
import type { PeerPolicy } from '../model/peer-authentication.ts';
import type { MeshSettings } from '../model/upgrade.ts';
import type { LostLine } from '../model/upgrade-record.ts';
import type { Log } from '../support/log.ts';

/** What a driver works with when it changes clusters. */
export interface MeshContext {
  environment: Environment;
  clusters: readonly LabCluster[];
  images: { hub: string; tag: string; version: string; proxy: 'istio' | 'envoy' };
  tool(name: 'istioctl'): Promise<string>;
  /** Resource definitions of an API that the mesh needs and nobody else brings, as YAML; undefined where they can't be had. */
  definitions(api: 'mcs'): Promise<string[] | undefined>;
  log: Log;
  signal: AbortSignal;
  /** Folder of the environment's state; trust roots are kept there, mode 0600. */
  stateDir: string;
}

/** A Kubernetes service of the mesh, as drivers need it to compute names. */
export interface ServiceName {
  name: string;
  namespace: string;
  port: number;
}

/** What can be wrong with a client's certificate. */
export const CLIENT_FLAWS = [
  'no certificate',
  'a self-signed one',
  'one of another root',
  'an expired one',
  'one of another trust domain',
] as const;
export type ClientFlaw = (typeof CLIENT_FLAWS)[number];

/** A client certificate to be made; by the mesh, it is one that the cluster's own signer would have signed. */
export interface CertificateRequest {
  identity: string;
  signedBy: 'mesh' | 'another-root' | 'itself';
  /** An hour from now when left out; heeded for `mesh` only. */
  validity?: { notBefore: Date; notAfter: Date };
}

/** From when until when a certificate that a gateway holds is valid; times are milliseconds since the epoch. */
export interface GatewayCertificate {
  /** The pod that holds it. */
  holder: string;
  kind: 'gateway' | 'intermediate' | 'root';
  notBefore: number;
  notAfter: number;
}

/** A port on which a pod of a cluster's gateways takes calls. */
export interface GatewayDoor {
  pod: V1Pod;
  address: string;
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
  /** Alerts (RFC 8446 §6.2, in words) with which a workload turns such a client down: one for each version of TLS. */
  refusals: Record<ClientFlaw, readonly string[]>;
  /** Objects that carry out what a namespace demands of clients. */
  demand(policy: PeerPolicy): KubernetesObject[];
  /** A client certificate, with its key: for the agent alone, never for evidence. */
  issue(cluster: LabCluster, wanted: CertificateRequest): Promise<ClientCertificate>;
  /** Addresses at which a cluster takes in calls of other networks. */
  entrances(cluster: LabCluster): { host: string; port: number }[];
  /** Every TCP port of the pods behind these addresses, save those for the gateway's own health and metrics. */
  gatewayDoors(cluster: LabCluster): Promise<GatewayDoor[]>;
  /** Where workloads of the same cluster ask for their certificates, over TLS. */
  controlPlane: { host: string; port: number };
  /** What in the cluster's configuration may let clients without a certificate in at a pod's port, in words. */
  whyOpen(cluster: LabCluster, pod: V1Pod, port: number): Promise<string[]>;
  /** What in the cluster's configuration makes a pod's port demand a certificate, in words. */
  whyShut(cluster: LabCluster, pod: V1Pod, port: number): Promise<string[]>;
  /** What in the cluster's configuration may make its workloads send in clear, in words. */
  whyClear(cluster: LabCluster): Promise<string[]>;
  /** Certificates that a cluster's gateways hold, with those that they trust. */
  gatewayCertificates(cluster: LabCluster): Promise<GatewayCertificate[]>;
}

/** Name resolution by the workload's own proxy, which knows the services of all clusters. */
export interface DnsCapture {
  /** Of a pod, to turn it on there. */
  annotations: Record<string, string>;
}

/** An address that a proxy would send calls for a host to. */
export interface HeldEndpoint {
  host: string;
  address: string;
}

/** Clusters that join a mesh that is in use, and leave it. */
export interface Membership {
  /**
   * Prepares the peering of a cluster, whose mesh is installed, with all others in both directions. What is given back
   * puts it in force, at once in all of them.
   */
  invite(newcomer: LabCluster, context: MeshContext): Promise<() => Promise<void>>;
  /** Ends the peering with a cluster in these others, so that nobody calls it any more; it need not exist. Idempotent. */
  forget(name: string, clusters: readonly LabCluster[]): Promise<string[]>;
  /** Where a proxy itself says which endpoints it holds: a port on its pod's loopback, and how to read the answer. */
  proxyEndpoints: { port: number; path: string; parse(body: string): HeldEndpoint[] };
}

/** Who may reach what, as this mesh enforces it. */
export interface Authorization {
  /** How a denied request ends: the detail of an HTTP answer, and the outcome of a TCP connection. */
  denial: { http: RegExp; tcp: OutcomeClass };
  /** Objects that carry out a policy in one cluster, each named after its rule. */
  objects(environment: Environment, policy: AccessPolicy): KubernetesObject[];
}

/** Where calls of one service go. */
export interface Locality {
  /** Objects that keep its calls as near as there is a healthy endpoint: zone, then region, then elsewhere. */
  nearestFirst(
    environment: Environment,
    service: Pick<ServiceName, 'name' | 'namespace'>,
  ): KubernetesObject[];
  /** Objects that split its calls over clusters; weights in percent, by cluster. */
  split(
    environment: Environment,
    service: Pick<ServiceName, 'name' | 'namespace'>,
    weights: Record<string, number>,
  ): KubernetesObject[];
}

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

export interface PodName {
  namespace: string;
  name: string;
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

/** What a control plane signs with and what its workloads trust, PEM. */
export interface TrustSettings {
  signer: { certificate: string; key: string };
  /** From the signer to its root, the signer's own certificate first. */
  chain: string;
  roots: string[];
}

/** Replacing what the identities of a mesh hang on, while it runs. */
export interface TrustRotation {
  /** Makes a pod's certificate short-lived; its lifetime, and the age at which it is renewed, milliseconds. */
  shortLived: { annotations: Record<string, string>; lifetimeMs: number; renewedAfterMs: number };
  /** Why this cluster's mesh takes no other roots while it runs; undefined when it does. */
  whyRootsStay(cluster: LabCluster): Promise<string | undefined>;
  /** The object that holds a control plane's trust settings, and the pods that have it mounted. */
  settings: {
    ref: { apiVersion: string; kind: string; metadata: { name: string; namespace: string } };
    readBy: { namespace: string; labelSelector: string };
    read(object: KubernetesObject): TrustSettings;
    write(object: KubernetesObject, settings: TrustSettings): KubernetesObject;
  };
  /** The root of an environment, with its key, where Meshproof made it; undefined otherwise. */
  rootOf(environment: string): Promise<TrustSettings['signer'] | undefined>;
  /** A root that nobody trusts yet. */
  newRoot(): Promise<TrustSettings['signer']>;
  /** A signer for one cluster under a root. */
  newSigner(root: TrustSettings['signer'], cluster: string): Promise<Pick<TrustSettings, 'signer' | 'chain'>>;
  /** A workload's certificate with this identity: the leaf, then the signer's own. */
  newLeaf(from: Pick<TrustSettings, 'signer'>, identity: string): Promise<ClientCertificate>;
  /** Waits until a cluster's mesh tells its workloads the roots of its settings: also after these were put back. */
  settled(cluster: LabCluster): Promise<void>;
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

/** Multi-Cluster Services API (KEP-1645), as far as this mesh carries it out. */
export interface MultiClusterServices {
  /** Exports a Service of the same name to the other clusters. */
  serviceExport(service: Pick<ServiceName, 'name' | 'namespace'>): KubernetesObject;
  /** Makes a service known in a cluster under an address of the whole cluster set, on these ports. */
  serviceImport(
    service: Pick<ServiceName, 'name' | 'namespace'>,
    options: { ip: string; ports: readonly { name: string; port: number; protocol: string }[] },
  ): KubernetesObject;
  /** Reserves an address for a {@link serviceImport}: a Service that no workload must hear of. */
  reservedAddress(service: Pick<ServiceName, 'name' | 'namespace'>, port: number): KubernetesObject;
  /** Name that all exporting clusters answer. */
  host(service: Pick<ServiceName, 'name' | 'namespace'>): string;
}

/** Time limits that this mesh puts on calls unless told otherwise. */
export interface TimeLimits {
  /** Objects that lift those of a try, for a service whose calls take long: streams, large transfers. */
  lift(service: Pick<ServiceName, 'name' | 'namespace'>): KubernetesObject[];
  /** Those of connecting and the ejection of slow endpoints as well: what fails then fails for another reason than time. */
  liftAll(service: Pick<ServiceName, 'name' | 'namespace'>): KubernetesObject[];
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

/** What an upgrade works with. */
export type UpgradeContext = Pick<MeshContext, 'clusters' | 'tool' | 'log' | 'signal' | 'stateDir'>;

/** Ways past a workload's proxy: what they cost is the difference to the way through it. */
export interface ProxyBypass {
  /** Annotations of a pod whose calls to these ports leave its proxy aside. */
  outbound(ports: readonly number[]): Record<string, string>;
  /** Annotations of a pod that takes calls of these ports without its proxy. */
  inbound(ports: readonly number[]): Record<string, string>;
  /** Labels of a pod without a proxy, in a namespace of the mesh. */
  without: Record<string, string>;
}

/** Other settings for a mesh that is in use, and those it was installed with again. */
export interface MeshUpgrade {
  /** Throws a `usage` error for values that this mesh cannot take. */
  checkValues(values: NonNullable<MeshSettings['values']>): void;
  /**
   * What is to be known of a change of all clusters before it is made: what the mesh's makers support, what the candidate takes
   * away or calls deprecated and is in use, and what the mesh's own tool says. Changes nothing. Left out where nothing is.
   */
  preflight?(settings: Record<Side, MeshSettings>, context: UpgradeContext): Promise<GateFinding[]>;
  /**
   * Gives one cluster these settings; none: as it was installed. Its control plane and gateways follow at once, other
   * proxies when their pods start anew. Returns once the control plane is ready, watches the other clusters, and gives new
   * pods the proxy that they shall have. Idempotent, also after a call that was cut off. A `usage` error for a mesh that
   * Meshproof did not install.
   */
  bring(cluster: LabCluster, settings: MeshSettings, context: UpgradeContext): Promise<void>;
  /** Version of the proxy in a pod, from the proxy itself: `1.40.0`. */
  proxyVersion(cluster: LabCluster, pod: PodName): Promise<string>;
  /** Name of the proxy's container. */
  proxyContainer: string;
  /** Name of the program in it that calls pass (`/proc/PID/comm`). */
  proxyProgram: string;
  /** The gateways' pods: no workload of ours, and renewed with those. */
  gateways: { namespace: string; app: string };
  /** The control plane's pods. */
  controlPlane: { namespace: string; app: string };
  /** A line of a proxy's log about a call or connection that was lost; undefined for all others. Left out where none are logged. */
  readLostLine?(line: string): LostLine | undefined;
}

/**
 * A second control plane of a cluster beside the one it has, as its users try a candidate: a canary by revision. It shares trust
 * and peering with the first; gateways, resource definitions and what the first one injects and validates stay the first one's.
 */
export interface MeshCanary {
  /** Labels of a namespace whose new pods get the candidate's proxy, and its configuration; `namespaceLabels` get the first one's. */
  namespaceLabels: Record<string, string>;
  /**
   * Adds it with these settings merged over what was installed. Returns once it is ready, watches the other clusters, and gives
   * new pods the proxy that they shall have. Idempotent, also after a call that was cut off. A `usage` error for a mesh that
   * Meshproof did not install.
   */
  add(cluster: LabCluster, settings: MeshSettings, context: UpgradeContext): Promise<void>;
  /** Removes all of it, whatever there is; returns what that was, in words, once it is gone. Idempotent. */
  remove(cluster: LabCluster): Promise<string[]>;
  /** Where the proxy of a pod says itself that it gets its configuration from, and whether that is the candidate. */
  servedBy(cluster: LabCluster, pod: PodName): Promise<{ address: string; canary: boolean }>;
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
