import { ensureAclEntries, ensureIngress } from '../../../aws/firewall.ts';
import { ensurePeering } from '../../../aws/peerings.ts';
import { ensureRoutes } from '../../../aws/routes.ts';
import type { OurTags } from '../../../aws/tags.ts';
import { ensureAttachment, ensureHub, ensureHubRoute, type Hub } from '../../../aws/transit.ts';
import { ensureHubPeering } from '../../../aws/transit-peering.ts';
import { LINK_KINDS } from '../../../aws/remove.ts';
import type { AwsPlace, EksSettings } from '../../../model/aws.ts';
import type { Environment } from '../../../model/environment.ts';
import { MeshproofError } from '../../../support/errors.ts';
import { findOurs, removeAll, sweepPlan } from '../sweep.ts';
import type { ClusterNetwork, LinkContext } from './contract.ts';
import { openings, pairs } from './plan.ts';

/** The first number that AWS leaves to private networks (RFC 6996); each Transit Gateway of an environment has one of its own. */
const FIRST_ASN = 64_512;

/**
 * Links the VPCs of an environment as its file says, and opens exactly the mesh's ports between them: peerings or Transit
 * Gateways, routes on both sides, security groups, network ACLs. Idempotent, tagged, and goes on where an interrupted call stopped.
 * With `links: none` nothing is made: the paths are somebody else's.
 */
export async function connectNetworks(
  environment: Environment & { provider: EksSettings },
  networks: readonly ClusterNetwork[],
  context: LinkContext,
): Promise<void> {
  const { links } = environment.provider;
  if (networks.length < 2 || links === 'none') return;
  const tags = tagsOf(environment, context);
  if (links === 'peering') await peer(networks, tags, context);
  else await connectHubs(networks, tags, context);
  for (const { cluster, ingress, entries } of openings(networks, context.ports)) {
    const own = networks.find((one) => one.cluster === cluster);
    if (!own) continue;
    context.signal.throwIfAborted();
    await ensureAclEntries(own.place, own.networkAclId, entries);
    for (const { group, rules } of ingress) await ensureIngress(own.place, group, rules, tags);
  }
  context.log.info(`links: ${links}, ${pairs(networks).length} between ${networks.length} VPCs`);
}

function tagsOf({ name, provider }: Environment & { provider: EksSettings }, context: LinkContext): OurTags {
  const { run, expires } = context;
  return {
    environment: name,
    owner: provider.owner,
    expires: expires.toISOString(),
    ...(run === undefined ? {} : { run }),
  };
}

async function peer(
  networks: readonly ClusterNetwork[],
  tags: OurTags,
  { signal, log }: LinkContext,
): Promise<void> {
  for (const [one, other] of pairs(networks)) {
    signal.throwIfAborted();
    const peering = await ensurePeering(one, other, tags, signal);
    log.info(`${one.cluster}–${other.cluster}: ${peering}`);
    await ensureRoutes(one.place, one.routeTableIds, other.vpcCidr, { peering }, signal);
    await ensureRoutes(other.place, other.routeTableIds, one.vpcCidr, { peering }, signal);
  }
}

/** A hub for each account and region, so that no attachment crosses accounts; hubs are peered with each other. */
async function connectHubs(
  networks: readonly ClusterNetwork[],
  tags: OurTags,
  { signal, log }: LinkContext,
): Promise<void> {
  const hubs: { hub: Hub; members: { network: ClusterNetwork; attachment: string }[] }[] = [];
  for (const [index, members] of byPlace(networks).entries()) {
    const [first] = members;
    if (!first) continue;
    signal.throwIfAborted();
    const hub = await ensureHub(first.place, FIRST_ASN + index, tags, signal);
    log.info(`${first.place.region}: ${hub.gateway}`);
    const attached = [];
    for (const network of members) {
      const attachment = await ensureAttachment(hub, network, tags, signal);
      await ensureHubRoute(hub, network.vpcCidr, attachment);
      attached.push({ network, attachment });
    }
    hubs.push({ hub, members: attached });
  }
  for (const [index, near] of hubs.entries())
    for (const far of hubs.slice(index + 1)) {
      signal.throwIfAborted();
      const peering = await ensureHubPeering(near.hub, far.hub, tags, signal);
      for (const { network } of far.members) await ensureHubRoute(near.hub, network.vpcCidr, peering);
      for (const { network } of near.members) await ensureHubRoute(far.hub, network.vpcCidr, peering);
    }
  for (const { hub, members } of hubs)
    for (const { network } of members)
      for (const other of networks.filter(({ cluster }) => cluster !== network.cluster))
        await ensureRoutes(
          network.place,
          network.routeTableIds,
          other.vpcCidr,
          { transitGateway: hub.gateway },
          signal,
        );
}

function byPlace(networks: readonly ClusterNetwork[]): ClusterNetwork[][] {
  const sorted = [...networks].sort((a, b) => a.cluster.localeCompare(b.cluster));
  return [...Map.groupBy(sorted, ({ place }) => JSON.stringify([place.account.name, place.region])).values()];
}

/**
 * Takes the links of an environment away, in the order in which that is possible: routes, peerings, attachments, route tables and Transit
 * Gateways. What is there is found by its tags, so that it works after a crash, and without the stacks. What the firewalls of a cluster
 * were given goes with its stack. Idempotent; an `environment` error names what is left.
 */
export async function disconnectNetworks(
  environment: string,
  places: readonly AwsPlace[],
  context: Pick<LinkContext, 'log' | 'signal'> & { firstLookMs?: number },
): Promise<void> {
  const ours = (await findOurs(places)).filter(({ kind }) => LINK_KINDS.includes(kind));
  const failed = await removeAll(sweepPlan(ours, { environment, now: new Date() }).remove, context);
  if (failed.length === 0) return;
  throw new MeshproofError('environment', `links of ${environment} are left: ${failed.join('; ')}`, {
    nextStep: `meshproof env down ${environment} once more`,
  });
}
