/** Name in the zone by which the gateways of all clusters are called, and each of them under its cluster's. */
export const GATEWAY = 'gateway';

/** The name in a zone that leads to the gateways of all clusters. */
export function gatewaysName(zone: string): string {
  return `${GATEWAY}.${zone}`;
}

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

/** What Route 53 takes a record for; `unknown` where its API does not tell. */
export type RecordHealth = 'healthy' | 'unhealthy' | 'unknown';

/** One of the two records of a failover. */
export interface FailoverRecord {
  /** Whose gateway it leads to: its set identifier. */
  cluster: string;
  values: string[];
  healthCheck?: string;
  health: RecordHealth;
}

/** A name that leads to the primary while that is healthy, and to the secondary otherwise. */
export interface FailoverName {
  name: string;
  type: 'A' | 'AAAA' | 'CNAME';
  /** The longer one of its two records, milliseconds: so long an answer may be kept. */
  ttlMs: number;
  primary: FailoverRecord;
  secondary: FailoverRecord;
}
