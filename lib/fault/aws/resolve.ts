import {
  attachmentOf,
  groupRulesOf,
  healthChecksOf,
  networkAclsOf,
  routeTablesOf,
  subnetsOf,
} from '../../aws/fault-ground.ts';
import { TAG } from '../../aws/tags.ts';
import type { AwsHarm, AwsObject } from '../../model/aws-fault.ts';
import type { FaultSpec } from '../../model/fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import type { Lab } from '../../model/lab.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import { actorsOf } from './actors.ts';
import { dueAt } from './dead-man.ts';
import { type Ground, groundOf, placeOf } from './ground.ts';
import { statesOf } from './mechanism.ts';
import { denyAt, servesAlone, zoneDenials } from './network-acl.ts';
import { nodeParts, nodesIn, type Parts, tagsOf } from './node-parts.ts';
import { isOnAws, mayBeOnAws } from './kinds.ts';
import { keyOf, objectsOf } from './proof.ts';
import { blackHole, disassociate, invert, nobody, removePeeringRoutes } from './routes.ts';
import { emptyGroup, isolate, revokeFrom } from './security-group.ts';

/**
 * Completes a plan with what it changes on AWS and with the state before, both read from the live account; a plan of another
 * mechanism stays as it is. Changes nothing. `open` are the faults that hold already. Refuses as the planners of the kinds do,
 * and what another open fault has in hand; an `environment` error when AWS does not answer.
 */
export async function withLiveAws(
  plan: FaultPlan,
  lab: Lab,
  open: readonly FaultPlan[] = [],
): Promise<FaultPlan> {
  if (!isOnAws(plan)) return plan;
  try {
    const held = open.flatMap(({ aws }) => aws?.changes ?? []);
    const parts = await partsOf(plan, lab, held);
    refuseShared(parts, held);
    const objects = objectsOf(parts.changes);
    const states = await statesOf(objects);
    const clusters = new Set(
      [...parts.changes, ...(parts.own ? [parts.own] : [])].map(({ cluster }) => cluster),
    );
    const aws: AwsHarm = {
      remarks: [],
      ...parts,
      before: objects.map((object) => ({
        object,
        lines: (states.get(keyOf(object)) ?? []).filter((line) => !addedTo(object, held).includes(line)),
      })),
      deadMan: {
        at: new Date(dueAt(plan.deadline).at).toISOString(),
        actors: await actorsOf(lab, [...clusters]),
      },
    };
    return { ...plan, aws };
  } catch (error) {
    if (error instanceof MeshproofError) throw error;
    throw new MeshproofError(
      'environment',
      `${plan.blastRadius}: AWS cannot be asked: ${errorMessage(error)}`,
      {
        cause: error,
      },
    );
  }
}

type Changes = AwsHarm['changes'];

/** What these changes have added to an object. */
function addedTo(object: AwsObject, changes: Changes): string[] {
  return changes.filter((one) => keyOf(one.object) === keyOf(object)).flatMap(({ adds }) => adds);
}

function openAt({ place }: Ground, { id }: { id: string }, held: Changes): string[] {
  return addedTo({ kind: 'network-acl', id, place }, held);
}

/** Two faults may add to the same object; what one takes away from it, the other could not prove to be back. */
function refuseShared({ changes }: Parts, held: Changes): void {
  for (const change of changes) {
    const other = held.find(
      (one) => keyOf(one.object) === keyOf(change.object) && one.removes.length + change.removes.length > 0,
    );
    if (other)
      throw new MeshproofError('usage', `another fault that holds has changed ${keyOf(change.object)}`, {
        nextStep: 'revert it first: meshproof fault revert',
      });
  }
}

function partsOf(plan: FaultPlan, lab: Lab, held: Changes): Promise<Parts> {
  const { spec } = plan;
  if (!mayBeOnAws(spec)) throw new MeshproofError('bug', `${spec.kind} is no fault of AWS`);
  switch (spec.kind) {
    case 'node-kill':
    case 'node-reboot':
    case 'node-terminate':
      return nodeParts(plan, spec, lab);
    case 'link-partition':
      return spec.by === 'security-group' ? linkByGroup(spec, lab) : linkByAcl(spec, lab, held);
    case 'zone-outage':
      return spec.by === 'security-group' ? zoneByGroup(plan, spec, lab) : zoneByAcl(spec, lab, held);
    case 'route-black-hole':
    case 'peering-route-removal':
      return routeParts(plan, spec, lab);
    case 'transit-gateway-disassociation':
      return transitParts(spec.cluster, lab);
    case 'health-check-inversion':
      return healthCheckParts(spec.cluster, lab);
  }
}

type Of<K extends FaultSpec['kind']> = Extract<FaultSpec, { kind: K }>;

/** The direction or directions of a partition, from where to where. */
function directions({ from, to, bothWays }: Of<'link-partition'>): [string, string][] {
  return bothWays === true
    ? [
        [from, to],
        [to, from],
      ]
    : [[from, to]];
}

async function linkByAcl(spec: Of<'link-partition'>, lab: Lab, held: Changes): Promise<Parts> {
  const each = directions(spec).map(async ([from, to]) => {
    const [{ cidrs }, there] = await Promise.all([groundOf(lab, from), groundOf(lab, to)]);
    const acls = await networkAclsOf(there.place, there.vpc);
    return acls
      .filter(({ subnets }) => subnets.length > 0)
      .flatMap((acl) =>
        denyAt(
          { ...there, acl, open: openAt(there, acl, held) },
          cidrs.map((cidr) => ({ egress: false, cidr })),
        ),
      );
  });
  return {
    changes: (await Promise.all(each)).flat(),
    remarks: ['calls by addresses of the internet are not cut: they do not come from that VPC’s ranges'],
  };
}

async function linkByGroup(spec: Of<'link-partition'>, lab: Lab): Promise<Parts> {
  const each = directions(spec).map(async ([from, to]) => {
    const [{ cidrs }, there] = await Promise.all([groundOf(lab, from), groundOf(lab, to)]);
    const nodes = await nodesIn(there, lab, () => true);
    const ids = [...new Set(nodes.flatMap(({ interfaces }) => interfaces.flatMap(({ groups }) => groups)))];
    return revokeFrom(there, await groupRulesOf(there.place, ids, lab.environment.name), cidrs);
  });
  return {
    changes: (await Promise.all(each)).flat(),
    remarks: ['rules that are put back have new ids; all else of them is as before'],
  };
}

async function zoneByAcl({ cluster, zone }: Of<'zone-outage'>, lab: Lab, held: Changes): Promise<Parts> {
  const ground = await groundOf(lab, cluster);
  const [acls, subnets] = await Promise.all([
    networkAclsOf(ground.place, ground.vpc),
    subnetsOf(ground.place, ground.vpc),
  ]);
  const inZone = subnets.filter((subnet) => subnet.zone === zone);
  if (inZone.length === 0)
    throw new MeshproofError('environment', `no subnet of ${ground.vpc} is in the zone ${zone}`);
  const alone = servesAlone(acls, inZone);
  return {
    changes: acls.flatMap((acl) =>
      denyAt(
        { ...ground, acl, open: openAt(ground, acl, held) },
        zoneDenials(acl, { subnets: inZone, alone }),
      ),
    ),
    remarks: alone
      ? ['calls within one subnet go on: no network ACL sees them']
      : [
          'its network ACL serves other zones too, so that the ranges of the zone are dropped there: calls within one subnet, and those to and from public addresses of its own, go on',
        ],
  };
}

async function zoneByGroup(plan: FaultPlan, { cluster, zone }: Of<'zone-outage'>, lab: Lab): Promise<Parts> {
  const ground = await groundOf(lab, cluster);
  const nodes = await nodesIn(ground, lab, (node) => node.zone === zone);
  const name = `meshproof-${plan.id}`;
  return {
    own: emptyGroup(ground, { name, tags: tagsOf(plan, lab) }),
    changes: isolate(
      ground,
      nodes.flatMap(({ interfaces }) => interfaces),
    ),
    remarks: [
      'load balancers, NAT gateways and endpoints of the zone stay; flows that are not tracked break too',
    ],
  };
}

async function routeParts(
  plan: FaultPlan,
  { kind, from, to }: Of<'route-black-hole' | 'peering-route-removal'>,
  lab: Lab,
): Promise<Parts> {
  const [ground, { cidrs }] = await Promise.all([groundOf(lab, from), groundOf(lab, to)]);
  const all = await routeTablesOf(ground.place, ground.vpc, lab.environment.name);
  const tables = all.filter(({ used }) => used);
  if (kind === 'peering-route-removal') return { changes: removePeeringRoutes(ground, tables, cidrs) };
  const [subnet] = await subnetsOf(ground.place, ground.vpc);
  return {
    own: nobody({ ...ground, subnet: subnet?.id ?? '' }, tagsOf(plan, lab)),
    changes: blackHole(ground, tables, cidrs),
  };
}

async function transitParts(cluster: string, lab: Lab): Promise<Parts> {
  const ground = await groundOf(lab, cluster);
  const attachment = await attachmentOf(ground.place, ground.vpc);
  if (attachment) return { changes: [disassociate(ground, attachment.id, attachment.routeTable)] };
  throw new MeshproofError('usage', `${cluster} is not attached to a transit gateway with a route table`, {
    nextStep: 'links: transit-gateway in provider.eks, or another fault',
  });
}

async function healthCheckParts(cluster: string, lab: Lab): Promise<Parts> {
  const place = placeOf(lab, cluster);
  const checks = await healthChecksOf(place, lab.environment.name);
  const check = checks.find(({ tags }) => tags[TAG.cluster] === cluster);
  if (check) return { changes: [invert({ cluster, place }, check)] };
  throw new MeshproofError(
    'usage',
    `no health check of ${lab.environment.name} is tagged ${TAG.cluster}=${cluster}`,
    {
      nextStep: 'dns: in provider.eks makes health checks of gateways',
    },
  );
}
