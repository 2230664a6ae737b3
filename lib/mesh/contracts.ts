import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import type { AccessPolicy } from '../model/access.ts';
import type { CallTarget, ClientCertificate } from '../model/call-plan.ts';
import type { Side } from '../model/comparison.ts';
import type { Environment } from '../model/environment.ts';
import type { GateFinding } from '../model/gate.ts';
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

export interface PodName {
  namespace: string;
  name: string;
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
  /** What of it is put into a cluster, and by which mark it is found again, in words. */
  what: string;
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
