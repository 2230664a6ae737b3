import { GetHealthCheckStatusCommand } from '@aws-sdk/client-route-53';
import type { AwsClients } from '../clients.ts';
import { awsErrorName } from '../errors.ts';

/**
 * What each checker of Route 53 says of a health check's endpoint: texts that begin with `Success` or `Failure`, whatever is inverted.
 * Empty where nobody checks an endpoint: the API tells nothing of calculated checks (API reference, "GetHealthCheckStatus").
 */
export async function checkerReports({ route53 }: AwsClients, HealthCheckId: string): Promise<string[]> {
  try {
    const { HealthCheckObservations = [] } = await route53.send(
      new GetHealthCheckStatusCommand({ HealthCheckId }),
    );
    return HealthCheckObservations.flatMap(({ StatusReport }) => StatusReport?.Status ?? []);
  } catch (error) {
    if (awsErrorName(error) === 'InvalidInput') return [];
    throw error;
  }
}
