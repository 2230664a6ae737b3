import {
  DeleteExperimentTemplateCommand,
  GetExperimentTemplateCommand,
  paginateListExperiments,
  paginateListExperimentTemplates,
  StopExperimentCommand,
} from '@aws-sdk/client-fis';
import type { AwsPlace } from '../model/aws.ts';
import { awsClients } from './clients.ts';
import { eventually, type Patience, unless } from './eventually.ts';
import { allOf } from './pages.ts';

/** An experiment of AWS FIS. */
export interface Experiment {
  id: string;
  status: string;
  /** Why it is in this state, as FIS says it. */
  reason: string;
  tags: Readonly<Record<string, string>>;
}

/** States that an experiment never leaves; FIS lists it for 120 days after (AWS FIS user guide, "Quotas and limitations"). */
const ENDED = ['completed', 'stopped', 'failed', 'cancelled'];

const MISSING = ['ResourceNotFoundException'];

/** True while an experiment may do something yet. Pure. */
export function isActive({ status }: Pick<Experiment, 'status'>): boolean {
  return !ENDED.includes(status);
}

/** Every experiment template of a region, with its tags. */
export async function templatesOf(
  place: AwsPlace,
): Promise<{ id: string; tags: Readonly<Record<string, string>> }[]> {
  const { fis: client } = awsClients(place);
  const all = await allOf(
    paginateListExperimentTemplates({ client }, {}),
    ({ experimentTemplates }) => experimentTemplates,
  );
  return all.map(({ id = '', tags = {} }) => ({ id, tags }));
}

/** Every experiment of a region, those that have ended too. */
export async function experimentsOf(place: AwsPlace): Promise<Experiment[]> {
  const { fis: client } = awsClients(place);
  const all = await allOf(paginateListExperiments({ client }, {}), ({ experiments }) => experiments);
  return all.map(({ id = '', state, tags = {} }) => ({
    id,
    status: state?.status ?? '',
    reason: state?.reason ?? '',
    tags,
  }));
}

/** What a template says, as FIS has it; undefined when it is not there. */
export async function readTemplate(place: AwsPlace, id: string): Promise<object | undefined> {
  const { fis } = awsClients(place);
  return (await unless(MISSING, fis.send(new GetExperimentTemplateCommand({ id }))))?.experimentTemplate;
}

/** Asks for the end of an experiment: FIS then does what its actions do at their ends. One that has ended is no error. */
export async function stopExperiment(place: AwsPlace, id: string): Promise<void> {
  const { fis } = awsClients(place);
  await unless([...MISSING, 'ConflictException'], fis.send(new StopExperimentCommand({ id })));
}

/** Ends an experiment, and returns when it has ended. */
export async function endExperiment(
  place: AwsPlace,
  id: string,
  patience: Pick<Patience, 'signal' | 'limitMs' | 'firstMs'> = {},
): Promise<void> {
  await stopExperiment(place, id);
  await eventually(
    async () => {
      const found = (await experimentsOf(place)).find((one) => one.id === id);
      return found && isActive(found) ? undefined : true;
    },
    { what: `the end of the experiment ${id}`, ...patience },
  );
}

/** Removes a template; one that is gone is no error. Experiments that it was used for go on. */
export async function deleteTemplate(place: AwsPlace, id: string): Promise<void> {
  const { fis } = awsClients(place);
  await unless(MISSING, fis.send(new DeleteExperimentTemplateCommand({ id })));
}
