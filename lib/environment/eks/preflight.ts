import { awsClients } from '../../aws/clients.ts';
import { readNetwork } from '../../aws/network/read.ts';
import { zonesOf } from '../../aws/offers.ts';
import { accountOfCluster, type AwsNetwork, type AwsPlace } from '../../model/aws.ts';
import type { Environment } from '../../model/environment.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import { checkIpPlan } from './links/ip-plan.ts';
import { eksSettingsOf } from './template/index.ts';

/**
 * Looks before anything is made: every account is allowed, every region and zone is there, and no range meets one that is live. A
 * `usage` error otherwise; nothing was changed.
 */
export async function preflight(environment: Environment): Promise<void> {
  const settings = eksSettingsOf(environment);
  const places = new Map<string, AwsPlace>();
  for (const { name, region } of environment.clusters) {
    const place = { account: accountOfCluster(settings, name), region };
    places.set(JSON.stringify(place), place);
    await awsClients(place).identity();
    await checkZones(place, settings.clusters[name]?.zones ?? [], environment.file);
  }
  const live: AwsNetwork[] = [];
  for (const place of places.values()) live.push(await readNetwork(awsClients(place)));
  checkIpPlan({ ...environment, provider: settings }, live);
}

async function checkZones(place: AwsPlace, zones: readonly string[], file: string): Promise<void> {
  const known = await zonesOf(place).catch((error: unknown) => {
    if (error instanceof MeshproofError) throw error;
    throw new MeshproofError(
      'usage',
      `the AWS region ${place.region} does not answer: ${errorMessage(error)}`,
      {
        at: { file },
        nextStep: 'correct the region, or have the account opt in to it',
        cause: error,
      },
    );
  });
  const unknown = zones.filter((zone) => !known.includes(zone));
  if (unknown.length === 0) return;
  throw new MeshproofError('usage', `${place.region} has no zone ${unknown.join(', ')} for this account`, {
    at: { file },
    nextStep: `zones: ${known.join(', ')}`,
  });
}
