import type {
  AwsHealthCheck,
  AwsRecord,
  AwsZone,
  FailoverName,
  FailoverRecord,
  RecordHealth,
} from '../../model/aws-dns.ts';

/** More of the checkers than this must find an endpoint healthy (Route 53 developer guide, "How Route 53 determines whether a health check is healthy"). */
const HEALTHY_SHARE = 0.18;

/**
 * What Route 53 takes a record for, by its check and what the checkers report of it. Without a check it is always healthy; so
 * is a check that is disabled, unless it is inverted (API reference, `HealthCheckConfig`). Pure.
 */
export function healthOf(check: AwsHealthCheck | undefined, reports: readonly string[]): RecordHealth {
  if (!check) return 'healthy';
  if (!check.disabled && reports.length === 0) return 'unknown';
  const good = reports.filter((words) => /^success/i.test(words)).length;
  const found = check.disabled || good > HEALTHY_SHARE * reports.length;
  return found === check.inverted ? 'unhealthy' : 'healthy';
}

/** The two records of a name that fails over; undefined where it has no primary and secondary, or they are aliases. Pure. */
export function failoverName(
  zone: AwsZone,
  name: string,
  reports: ReadonlyMap<string, readonly string[]>,
): FailoverName | undefined {
  const record = (role: string) =>
    zone.records.find((one) => one.name === name && one.failover === role && !one.alias);
  const [first, second] = [record('PRIMARY'), record('SECONDARY')];
  if (!first || !second || first.type !== second.type || !isAsked(first.type)) return undefined;
  const withHealth = (one: AwsRecord): FailoverRecord => {
    const check = zone.healthChecks.find(({ id }) => id === one.healthCheck);
    return {
      cluster: one.setIdentifier ?? '',
      values: one.values,
      ...(one.healthCheck === undefined ? {} : { healthCheck: one.healthCheck }),
      health: healthOf(check, reports.get(one.healthCheck ?? '') ?? []),
    };
  };
  return {
    name,
    type: first.type,
    ttlMs: Math.max(first.ttlMs ?? 0, second.ttlMs ?? 0),
    primary: withHealth(first),
    secondary: withHealth(second),
  };
}

function isAsked(type: string): type is FailoverName['type'] {
  return ['A', 'AAAA', 'CNAME'].includes(type);
}

const REMEDY =
  'give the records health checks that Route 53 can carry out: of a public endpoint, or of a CloudWatch alarm; its checkers are outside of the VPC, and reach nobody behind an internal load balancer';

/** Why an inverted check of the primary would not make the name fail over; `broken` when no outage would, either. */
export interface NoFailover {
  broken: boolean;
  words: string;
  nextStep: string;
}

/**
 * What speaks against a failover before it is tried; undefined when nothing does. An inverted check turns unhealthy into
 * healthy; and with no healthy record Route 53 answers as if all were (developer guide, "How Amazon Route 53 chooses records
 * when health checking is configured"). Pure.
 */
export function whyNoFailover({ name, primary, secondary }: FailoverName): NoFailover | undefined {
  const of = ({ cluster, healthCheck }: FailoverRecord) =>
    `${cluster} (health check ${healthCheck ?? 'none'})`;
  if (primary.healthCheck === undefined)
    return {
      broken: true,
      words: `${name} never fails over: nothing checks the health of its primary ${primary.cluster}`,
      nextStep: REMEDY,
    };
  if (primary.health === 'unhealthy')
    return {
      broken: false,
      words:
        secondary.health === 'unhealthy'
          ? `both records of ${name} are unhealthy, ${of(primary)} and ${of(secondary)}: Route 53 answers as if all were well, and an inverted check would heal the primary`
          : `the primary of ${name} is unhealthy before anything is done, ${of(primary)}: an inverted check would heal it`,
      nextStep: REMEDY,
    };
  if (secondary.health === 'unhealthy')
    return {
      broken: true,
      words: `failover-did-not-happen: not tried, because the secondary of ${name} is unhealthy, ${of(secondary)}: without a healthy record Route 53 answers with the primary`,
      nextStep: REMEDY,
    };
  return undefined;
}
