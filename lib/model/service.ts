/** A Kubernetes Service as one cluster's API shows it: what its names must resolve to there. */
export interface ServiceView {
  name: string;
  namespace: string;
  /** One address a family; none for a headless service. */
  clusterIps: string[];
  ports: { name: string; protocol: string; port: number }[];
  /** Ready addresses behind it, with the host names that pods of a StatefulSet have. */
  endpoints: { address: string; hostname?: string }[];
}
