/** Machines of a cluster that share subnets and security groups. */
export interface AwsMachines {
  /** Ids. */
  subnets: readonly string[];
  securityGroups: readonly string[];
}

/** Where a cluster lives on AWS. */
export interface AwsClusterPlace {
  cluster: string;
  /** Twelve digits. */
  account: string;
  region: string;
  vpc: string;
  /** Addresses of Kubernetes services: they mean something in their own cluster only. */
  serviceCidr: string;
  /** Nodes, and with the VPC CNI their pods, gateways among them. */
  nodes: AwsMachines;
  /** The network interfaces of the API server in the VPC. */
  apiServer: AwsMachines;
  /** Bytes of the largest packet that a node sends. */
  nodeMtu: number;
}

/** What was looked at on AWS. */
export const AWS_CHECKS = ['network', 'iam', 'dns', 'cloudwatch'] as const;
export type AwsCheck = (typeof AWS_CHECKS)[number];

/** Something that is not as it should be; `failed` breaks what the mesh or the user relies on. */
export interface AwsFinding {
  check: AwsCheck | 'residency';
  kind: string;
  severity: 'failed' | 'remark';
  words: string;
  /** Ids of what has to be changed. */
  resources: string[];
}

/** A connection that was tried between two clusters, or left untried. */
export interface ObservedPath {
  from: string;
  to: string;
  port: number;
  reached: boolean;
}
