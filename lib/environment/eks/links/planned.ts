import type { AwsPlace, EksSettings } from '../../../model/aws.ts';
import { pairs } from './plan.ts';

/** What links would add to an environment: in words, and attachments of Transit Gateways by region, which are paid by the hour. */
export function plannedLinks(
  { links }: Pick<EksSettings, 'links'>,
  clusters: readonly { cluster: string; place: AwsPlace }[],
): { words: string[]; attachments: { region: string; attachments: number }[] } {
  if (links === 'none' || clusters.length < 2) return { words: [], attachments: [] };
  if (links === 'peering')
    return {
      words: pairs([...clusters]).map(
        ([one, other]) => `VPC peering ${one.cluster}–${other.cluster}, routes on both sides`,
      ),
      attachments: [],
    };
  const hubs = [
    ...Map.groupBy(clusters, ({ place }) => JSON.stringify([place.account.name, place.region])).values(),
  ];
  // Each hub peers with each other one, and the peering is an attachment at both of its ends.
  const attachments = hubs.map((members) => ({
    region: members[0]?.place.region ?? '',
    attachments: members.length + hubs.length - 1,
  }));
  return {
    words: [
      ...hubs.map(
        (members) =>
          `Transit Gateway in ${members[0]?.place.region} for ${members.map(({ cluster }) => cluster).join(', ')}`,
      ),
      ...(hubs.length > 1
        ? [`${(hubs.length * (hubs.length - 1)) / 2} peerings between Transit Gateways`]
        : []),
      'routes in all VPCs',
    ],
    attachments,
  };
}
