/** A private hosted zone of Route 53, as far as gateways are concerned. */
export interface AwsZone {
  id: string;
  /** Without the dot at its end. */
  name: string;
  private: boolean;
  /** VPCs that resolve it. */
  vpcs: string[];
  records: AwsRecord[];
  healthChecks: AwsHealthCheck[];
}

export interface AwsRecord {
  /** Without the dot at its end. */
  name: string;
  type: string;
  /** Tells records of one name apart where a policy chooses among them. */
  setIdentifier?: string;
  /** `PRIMARY` or `SECONDARY`. */
  failover?: string;
  /** Of a latency record. */
  region?: string;
  /** Milliseconds; none of an alias, whose target decides. */
  ttlMs?: number;
  /** Addresses or host names; the target's name of an alias. */
  values: string[];
  alias: boolean;
  /** Of an alias: whether the health of its target counts. */
  evaluatesTarget: boolean;
  healthCheck?: string;
}

export interface AwsHealthCheck {
  id: string;
  /** As Route 53 names it: `HTTPS`, `TCP`, `CLOUDWATCH_METRIC`, `CALCULATED` … */
  type: string;
  /** Address or host name that is asked; none of what watches an alarm or other checks. */
  target?: string;
  inverted: boolean;
  disabled: boolean;
  /** Seconds between two questions of one checker, and failures in a row that count. */
  intervalSeconds?: number;
  threshold?: number;
}
