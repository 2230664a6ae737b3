import { overlap, prefixLength, rangeOf } from '../../../analysis/address-range.ts';
import { TAG } from '../../../aws/tags.ts';
import type { AwsNetwork, AwsTags, EksSettings } from '../../../model/aws.ts';
import type { Environment } from '../../../model/environment.ts';
import { MeshproofError } from '../../../support/errors.ts';

/** A range that is in use where a new VPC would be, and what uses it, in words. */
interface UsedRange {
  cidr: string;
  what: string;
}

/**
 * Throws one `usage` error that names both sides of each collision, before anything is made: a new VPC's range with that of a VPC
 * which is there already, of the far side of a peering, or of a route of a Transit Gateway or VPC, in any place that the environment
 * uses (`live`: one snapshot for each account and region). What carries the environment's own tag is left out: `env up` goes on.
 */
export function checkIpPlan(
  { name, provider }: Environment & { provider: EksSettings },
  live: readonly AwsNetwork[],
): void {
  const used = live.flatMap((network) => usedRanges(network, name));
  const collisions = Object.entries(provider.clusters).flatMap(([cluster, { vpcCidr }]) => {
    const range = rangeOf(vpcCidr);
    return used.flatMap(({ cidr, what }) => {
      const other = rangeOf(cidr);
      return range && other && overlap(range, other)
        ? [`${vpcCidr} of ${cluster} overlaps ${cidr} of ${what}`]
        : [];
    });
  });
  if (collisions.length === 0) return;
  throw new MeshproofError(
    'usage',
    `the IP plan of ${name} collides: ${[...new Set(collisions)].join('; ')}`,
    {
      nextStep:
        'give the cluster another range (clusters.NAME.podCidr and provider.eks.clusters.NAME.vpcCidr)',
    },
  );
}

function usedRanges(network: AwsNetwork, environment: string): UsedRange[] {
  const { account, region, vpcs, peerings, transitRouteTables, routeTables } = network;
  const where = `in ${region} of ${account}`;
  const isForeign = ({ tags }: { tags: AwsTags }) => tags[TAG.environment] !== environment;
  const own = new Set(vpcs.filter((vpc) => !isForeign(vpc)).map(({ id }) => id));
  return [
    ...vpcs
      .filter(isForeign)
      .flatMap(({ id, cidrs }) => cidrs.map((cidr) => ({ cidr, what: `the VPC ${id} ${where}` }))),
    ...peerings
      .filter((one) => isForeign(one) && one.status === 'active')
      .flatMap(({ id, requester, accepter }) =>
        [requester, accepter]
          .filter(({ vpc }) => !own.has(vpc))
          .flatMap(({ vpc, cidrs }) =>
            cidrs.map((cidr) => ({ cidr, what: `the VPC ${vpc}, behind the peering ${id} ${where}` })),
          ),
      ),
    ...transitRouteTables
      .filter(isForeign)
      .flatMap(({ id, routes }) =>
        routes.map(({ destination }) => ({ cidr: destination, what: `a route of ${id} ${where}` })),
      ),
    ...routeTables
      .filter((table) => isForeign(table) && !own.has(table.vpc))
      .flatMap(({ id, routes }) =>
        routes
          .filter(({ target }) => FAR.includes(target.kind))
          .map(({ destination, target }) => ({
            cidr: destination,
            what: `the route of ${id} through ${target.id} ${where}`,
          })),
      ),
    // A default route says nothing of who is behind it.
  ].filter(({ cidr }) => prefixLength(cidr) > 0);
}

/** Targets of routes behind which there is another network. */
const FAR = ['peering', 'transit-gateway', 'vpn-gateway'];
