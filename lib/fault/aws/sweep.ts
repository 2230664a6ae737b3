import { callAwsOnce } from '../../aws/api-call.ts';
import { networkAclsOf, ownLeftovers, routeTablesOf, vpcsOf } from '../../aws/fault-ground.ts';
import { deleteSchedule, getSchedule, listSchedules } from '../../aws/schedules.ts';
import {
  deleteTemplate,
  endExperiment,
  experimentsOf,
  isActive,
  templatesOf,
} from '../../aws/experiments.ts';
import { awsErrorName } from '../../aws/errors.ts';
import { TAG } from '../../aws/tags.ts';
import type { AwsPlace } from '../../model/aws.ts';
import type { Lab } from '../../model/lab.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import { journalFile, openFaults, readJournal } from '../journal.ts';
import { callOf, descriptionOf, faultOf, SCHEDULE_PREFIX } from './dead-man.ts';
import { placeOf } from './ground.ts';
import { entryWords, isReserved, looksLikeOurs } from './network-acl.ts';

/** What the journal of this machine knows: faults that are open, and those that are proven to be gone. */
interface Known {
  open: ReadonlySet<string>;
  reverted: ReadonlySet<string>;
}

interface Swept {
  done: string[];
  failures: string[];
}

/**
 * Takes back what faults left on AWS, by its marks alone, whoever left it: schedules of dead-men (each says what it puts
 * back), deny entries at the reserved numbers in network ACLs of the environment's VPCs, experiments of AWS FIS, and what carries the
 * tag of a fault.
 * Faults that the journal has open are left alone. Idempotent; says what there was, in words. An `environment` error says what
 * could not be taken back; all else is tried before. What is foreign at a reserved number is named, and stays.
 */
export async function sweepAws(
  lab: Lab,
  log: Log,
  journal: string = journalFile(lab.environment.name),
): Promise<string[]> {
  const entries = readJournal(journal);
  const known: Known = {
    open: new Set(openFaults(entries).map(({ id }) => id)),
    reverted: new Set(entries.flatMap(({ fault, step }) => (step === 'reverted' ? fault : []))),
  };
  const heldEntries = new Set(
    openFaults(entries).flatMap(({ aws }) =>
      (aws?.changes ?? []).map(({ undoes, object }) => `${object.id} ${JSON.stringify(undoes?.input)}`),
    ),
  );
  const swept: Swept = { done: [], failures: [] };
  for (const place of placesOf(lab)) {
    await sweepExperiments(place, lab.environment.name, { log, known, swept });
    await sweepSchedules(place, lab.environment.name, known, swept);
    for (const vpc of await vpcsOf(place, lab.environment.name)) {
      await sweepEntries({ place, vpc, heldEntries }, log, swept);
    }
    await sweepOwn(place, lab.environment.name, known, swept);
  }
  if (swept.failures.length === 0) return swept.done;
  throw new MeshproofError('environment', `a sweep of AWS failed:\n${swept.failures.join('\n')}`, {
    nextStep: `meshproof sweep ${lab.environment.name}; the schedules that are left try at their times`,
  });
}

/** Regions and accounts of an environment, each once. */
function placesOf(lab: Lab): AwsPlace[] {
  const all = lab.clusters.map(({ name }) => placeOf(lab, name));
  return [...new Map(all.map((place) => [JSON.stringify(place), place])).values()];
}

async function sweepSchedules(
  place: AwsPlace,
  environment: string,
  known: Known,
  swept: Swept,
): Promise<void> {
  const names = await listSchedules(place, SCHEDULE_PREFIX);
  // What a fault made for itself comes last, after all that uses it.
  const number = (name: string) => Number(name.split('-').at(-1));
  for (const name of names.toSorted((a, b) => number(a) - number(b))) {
    const fault = faultOf(name);
    const schedule =
      fault === undefined || known.open.has(fault) ? undefined : await getSchedule(place, name);
    if (fault === undefined || schedule?.Description !== descriptionOf(environment)) continue;
    const call = callOf(schedule.Target ?? {});
    try {
      // What is proven to be back is not put back once more: somebody may have changed it since.
      if (call && !known.reverted.has(fault)) await callAwsOnce(place, call);
      await deleteSchedule(place, name);
      swept.done.push(
        `schedule ${name} in ${place.region}${call ? ` (${call.service}:${call.action})` : ''}`,
      );
    } catch (error) {
      swept.failures.push(`schedule ${name} in ${place.region}: ${errorMessage(error)}`);
    }
  }
}

async function sweepEntries(
  { place, vpc, heldEntries }: { place: AwsPlace; vpc: string; heldEntries: ReadonlySet<string> },
  log: Log,
  swept: Swept,
): Promise<void> {
  for (const acl of await networkAclsOf(place, vpc)) {
    for (const entry of acl.entries.filter(isReserved)) {
      const words = `entry ${entryWords(entry)}, of ${acl.id} in ${place.region}`;
      const input = { NetworkAclId: acl.id, RuleNumber: entry.number, Egress: entry.egress };
      if (heldEntries.has(`${acl.id} ${JSON.stringify(input)}`)) continue;
      if (!looksLikeOurs(entry)) {
        log.warn(`${words}: at a number of Meshproof's, and none of its faults: it stays`);
        continue;
      }
      await attempt(swept, words, () =>
        callAwsOnce(place, { service: 'ec2', action: 'deleteNetworkAclEntry', input }),
      );
    }
  }
}

async function sweepOwn(place: AwsPlace, environment: string, known: Known, swept: Swept): Promise<void> {
  for (const { kind, id, vpc, fault } of await ownLeftovers(place, environment)) {
    if (known.open.has(fault)) continue;
    await attempt(swept, `${kind} ${id} of ${fault} in ${place.region}`, async () => {
      if (kind === 'security-group')
        return callAwsOnce(place, { service: 'ec2', action: 'deleteSecurityGroup', input: { GroupId: id } });
      for (const table of await routeTablesOf(place, vpc, environment)) {
        for (const { DestinationCidrBlock } of table.routes.filter((one) => one.NetworkInterfaceId === id))
          await callAwsOnce(place, {
            service: 'ec2',
            action: 'deleteRoute',
            input: { RouteTableId: table.id, DestinationCidrBlock },
          });
      }
      return callAwsOnce(place, {
        service: 'ec2',
        action: 'deleteNetworkInterface',
        input: { NetworkInterfaceId: id },
      });
    });
  }
}

/**
 * Ends experiments of AWS FIS, which then starts what it has stopped, and removes their templates. Who may not look at them can have
 * started none: that is a warning.
 */
async function sweepExperiments(
  place: AwsPlace,
  environment: string,
  { log, known, swept }: { log: Log; known: Known; swept: Swept },
): Promise<void> {
  const isLeft = ({ tags }: { tags: Readonly<Record<string, string>> }) =>
    tags[TAG.environment] === environment && !known.open.has(tags[TAG.fault] ?? '');
  try {
    for (const one of (await experimentsOf(place)).filter(isActive).filter(isLeft))
      await attempt(swept, `experiment ${one.id} in ${place.region}`, () => endExperiment(place, one.id));
    for (const { id } of (await templatesOf(place)).filter(isLeft))
      await attempt(swept, `experiment-template ${id} in ${place.region}`, () => deleteTemplate(place, id));
  } catch (error) {
    if (awsErrorName(error) !== 'AccessDeniedException') throw error;
    log.warn(`AWS FIS in ${place.region} was not looked at: ${errorMessage(error)}`);
  }
}

async function attempt(swept: Swept, words: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    swept.done.push(words);
  } catch (error) {
    swept.failures.push(`${words}: ${errorMessage(error)}`);
  }
}
