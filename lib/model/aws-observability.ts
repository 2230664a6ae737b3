/** What records what happens in a cluster, as it is on. */
export interface AwsObservability {
  cluster: string;
  /** Name on EKS. */
  eksName: string;
  vpc: string;
  /** Of the nodes. */
  subnets: string[];
  flowLogs: AwsFlowLog[];
  /** Kinds of control-plane logs that are on. */
  controlPlaneLogs: string[];
  /** Names of log groups of the control plane and of Container Insights. */
  logGroups: string[];
}

export interface AwsFlowLog {
  id: string;
  /** The VPC, subnet or network interface that it is about. */
  resource: string;
  /** `ACCEPT`, `REJECT` or `ALL`. */
  traffic: string;
  /** `ACTIVE` while it is on. */
  status: string;
  /** `FAILED` when nothing arrives, with the reason. */
  delivery: string;
  problem?: string;
}
