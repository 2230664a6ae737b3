import type { AwsFinding } from '../../model/aws-check.ts';
import type { Observation } from '../../model/observation.ts';
import { groups } from '../connectivity.ts';

/** Where calls of a service may be answered. */
export interface Residency {
  service: string;
  regions: readonly string[];
}

/** Calls of a service from one cluster. */
export interface ResidencyCalls {
  from: string;
  observations: readonly Observation[];
}

/** Answers that came from a region where the service must not be; one finding for each way. */
export function strayedCalls(
  { service, regions }: Residency,
  calls: readonly ResidencyCalls[],
): AwsFinding[] {
  return calls.flatMap(({ from, observations }) => {
    const away = observations.flatMap(({ answeredBy }) =>
      answeredBy && !regions.includes(answeredBy.region) ? [answeredBy] : [],
    );
    return groups(away, ({ cluster, region }) => `${cluster} (${region})`).map(([where, answers]) => ({
      check: 'residency' as const,
      kind: 'left-region',
      severity: 'failed' as const,
      words: `${answers.length} of ${observations.length} calls of ${service} from ${from} were answered by ${where}, and may not leave ${regions.join(', ')}`,
      resources: [],
    }));
  });
}
