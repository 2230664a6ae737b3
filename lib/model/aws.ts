/** An AWS account as Meshproof reaches it: by the credentials of the user, or by a role that they may assume. */
export interface AwsAccount {
  /** Name within the environment file; `default` stands for the credentials of the user. */
  name: string;
  /** Twelve digits that the credentials must belong to; unchecked when left out. */
  id?: string;
  /** ARN of a role to assume. */
  role?: string;
  /** Account ids that are never touched, `*` stands for any text; what the machine's deny list names comes on top. */
  deny: readonly string[];
}

/** An account and a region of it: where one set of calls goes. */
export interface AwsPlace {
  account: AwsAccount;
  region: string;
}

/** `provider.eks` of an environment file. Durations are milliseconds. */
export interface EksSettings {
  kind: 'eks';
  /** Version of Kubernetes, such as `1.36`. */
  kubernetes: string;
  /** Versions of the add-ons of EKS, such as `v1.20.4-eksbuild.1`. */
  addons: Record<AwsAddon, string> & Partial<Record<AwsOptionalAddon, string>>;
  /** Who answers for what it costs: the tag `meshproof.dev/owner`. */
  owner: string;
  /** How long after `env up` everything is expired: the tag `meshproof.dev/expires`. */
  ttlMs: number;
  /** By name; `default` is there when the file names none. */
  accounts: Record<string, AwsAccount>;
  /** By name of the cluster. */
  clusters: Record<string, EksClusterSettings>;
  /** How the VPCs reach each other. */
  links: 'none' | 'peering' | 'transit-gateway';
  /** Paths that others made: they are measured, and never changed. */
  paths: readonly AwsExistingPath[];
  dns?: AwsDnsSettings;
  expect: AwsExpectations;
  /** What the nodes can pull: an image with `node` (24 or later) and `nsenter` in it, and one of k6. */
  images: { runtime: string; k6: string };
}

export interface EksClusterSettings {
  /** Key of {@link EksSettings.accounts}. */
  account: string;
  vpcCidr: string;
  zones: readonly string[];
  nodes: { instanceType: string; count: number };
  /** How nodes reach AWS and registries: a NAT gateway per zone, or interface endpoints only (images from ECR then). */
  egress: 'nat' | 'endpoints';
  /** How service accounts get AWS rights. */
  identities: 'irsa' | 'pod-identity';
  /** Who may reach the API server from outside the VPC; nobody when empty. */
  publicAccess: readonly string[];
  /** ARNs of IAM principals beside the creator that are made administrators by an access entry. */
  admins: readonly string[];
  /** Whom schedules that revert faults act as, and where they leave what failed; those of the cluster's stack when left out. */
  deadMan?: { role: string; queue?: string };
  /** Whom AWS FIS acts as; the role of the cluster's stack when left out. */
  fis?: { role: string };
}

export type AwsAddon = 'vpc-cni' | 'coredns' | 'kube-proxy';

/** The first is needed by Pod Identity, the second by Container Insights. */
export type AwsOptionalAddon = 'eks-pod-identity-agent' | 'amazon-cloudwatch-observability';

export interface AwsExistingPath {
  from: string;
  to: string;
  via: 'vpn' | 'direct-connect';
  /** Id of what carries it: `vpn-…`, `dxgw-…`, a transit gateway attachment. */
  id: string;
}

export interface AwsDnsSettings {
  /** A private hosted zone. */
  zone: string;
  routing: 'failover' | 'latency';
  ttlMs: number;
}

/** What the user relies on of AWS; read from the live accounts. */
export interface AwsExpectations {
  flowLogs: boolean;
  controlPlaneLogs: readonly EksLogType[];
  containerInsights: boolean;
  /** Traffic of a labelled service never leaves these regions. */
  residency: readonly { service: string; regions: readonly string[] }[];
  /** Service accounts, as `namespace/name`, under which a pod may ask AWS who it is. */
  identities: readonly string[];
}

export type EksLogType = 'api' | 'audit' | 'authenticator' | 'controllerManager' | 'scheduler';

/** The account of a cluster. Throws for a cluster that the settings do not have. */
export function accountOfCluster(settings: EksSettings, cluster: string): AwsAccount {
  const name = settings.clusters[cluster]?.account;
  const account = name === undefined ? undefined : settings.accounts[name];
  if (!account) throw new Error(`no AWS account for the cluster ${cluster}`);
  return account;
}

/** What is live in one region of one account, as far as packets of an environment meet it. */
export interface AwsNetwork {
  /** Twelve digits. */
  account: string;
  region: string;
  vpcs: AwsVpc[];
  subnets: AwsSubnet[];
  routeTables: AwsRouteTable[];
  securityGroups: AwsSecurityGroup[];
  networkAcls: AwsNetworkAcl[];
  peerings: AwsPeering[];
  transitGateways: AwsTransitGateway[];
  attachments: AwsAttachment[];
  transitRouteTables: AwsTransitRouteTable[];
  natGateways: AwsNatGateway[];
  endpoints: AwsEndpoint[];
}

export type AwsTags = Readonly<Record<string, string>>;

export interface AwsVpc {
  id: string;
  cidrs: string[];
  tags: AwsTags;
}

export interface AwsSubnet {
  id: string;
  vpc: string;
  cidr: string;
  zone: string;
  tags: AwsTags;
}

export interface AwsRouteTable {
  id: string;
  vpc: string;
  /** The table of every subnet of the VPC that names none. */
  main: boolean;
  subnets: string[];
  routes: AwsRoute[];
  tags: AwsTags;
}

export type AwsRouteTarget =
  | 'local'
  | 'internet-gateway'
  | 'nat-gateway'
  | 'peering'
  | 'transit-gateway'
  | 'vpn-gateway'
  | 'endpoint'
  | 'instance'
  | 'network-interface'
  | 'other';

export interface AwsRoute {
  /** An IPv4 range, or the id of a prefix list. */
  destination: string;
  target: { kind: AwsRouteTarget; id: string };
  state: 'active' | 'blackhole';
}

/** One line of a security group. */
export interface AwsRule {
  /** Name of the protocol (`tcp`, `udp`, `icmp`) or its number; `-1` is any. */
  protocol: string;
  fromPort: number;
  toPort: number;
  cidrs: string[];
  /** Security groups whose members are meant. */
  groups: string[];
  prefixLists: string[];
}

export interface AwsSecurityGroup {
  id: string;
  name: string;
  vpc: string;
  ingress: AwsRule[];
  egress: AwsRule[];
  tags: AwsTags;
}

export interface AwsNetworkAcl {
  id: string;
  vpc: string;
  isDefault: boolean;
  /** `association` is what is replaced to give a subnet another list. */
  subnets: { subnet: string; association: string }[];
  entries: AwsNaclEntry[];
  tags: AwsTags;
}

export interface AwsNaclEntry {
  number: number;
  egress: boolean;
  action: 'allow' | 'deny';
  /** Number of the protocol; `-1` is any. */
  protocol: string;
  cidr: string;
  /** Of ICMP the type, and `toPort` the code; -1 is any. */
  fromPort: number;
  toPort: number;
}

export interface AwsPeeringSide {
  account: string;
  region: string;
  vpc: string;
  cidrs: string[];
}

export interface AwsPeering {
  id: string;
  status: string;
  requester: AwsPeeringSide;
  accepter: AwsPeeringSide;
  tags: AwsTags;
}

export interface AwsTransitGateway {
  id: string;
  owner: string;
  state: string;
  defaultRouteTable?: string;
  tags: AwsTags;
}

export interface AwsAttachment {
  id: string;
  transitGateway: string;
  /** As the EC2 API names it: `vpc`, `peering`, `vpn`, `direct-connect-gateway` … */
  kind: string;
  /** The VPC, the peer's transit gateway, the VPN connection … */
  resource: string;
  state: string;
  /** The route table of the transit gateway that it is associated with. */
  routeTable?: string;
  /** Of a VPC. */
  subnets: string[];
  tags: AwsTags;
}

export interface AwsTransitRouteTable {
  id: string;
  transitGateway: string;
  /** Ids of attachments. */
  associations: string[];
  propagations: string[];
  routes: {
    destination: string;
    /** None of a blackhole. */
    attachment?: string;
    state: 'active' | 'blackhole';
    type: 'static' | 'propagated';
  }[];
  tags: AwsTags;
}

export interface AwsNatGateway {
  id: string;
  vpc: string;
  subnet: string;
  state: string;
  tags: AwsTags;
}

export interface AwsEndpoint {
  id: string;
  vpc: string;
  service: string;
  kind: string;
  state: string;
  subnets: string[];
  routeTables: string[];
  tags: AwsTags;
}

/** One call of the AWS API, its retries included. */
export interface AwsCall {
  /** ISO time of its start. */
  at: string;
  /** As IAM names it: `ec2`, `route53`, `logs` … */
  service: string;
  /** As IAM names it, such as `DescribeVpcs`. */
  action: string;
  region: string;
  /** Name of the account in the environment file. */
  account: string;
  ms: number;
  /** Ids of EC2 resources that the request names. */
  resources: string[];
  /** The request gives our tags to something. */
  tags: boolean;
  /** Requests that were sent: 1 without a retry. */
  attempts: number;
  /** Name of the error that it ended with. */
  error?: string;
}
