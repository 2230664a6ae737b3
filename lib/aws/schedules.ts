import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  paginateListSchedules,
} from '@aws-sdk/client-scheduler';
import type { AwsPlace } from '../model/aws.ts';
import { awsClients } from './clients.ts';
import { awsErrorName } from './errors.ts';
import { allOf } from './pages.ts';

/** Makes a schedule of EventBridge in the default group; one of that name that is there stays as it is. */
export async function createSchedule(place: AwsPlace, schedule: CreateScheduleCommandInput): Promise<void> {
  await awsClients(place)
    .scheduler.send(new CreateScheduleCommand(schedule))
    .catch((error: unknown) => {
      if (awsErrorName(error) !== 'ConflictException') throw error;
    });
}

/** A schedule as it is; undefined when there is none of that name. */
export async function getSchedule(
  place: AwsPlace,
  name: string,
): Promise<GetScheduleCommandOutput | undefined> {
  return unlessMissing(awsClients(place).scheduler.send(new GetScheduleCommand({ Name: name })));
}

/** Removes a schedule; one that is gone, as after it was carried out, is no error. */
export async function deleteSchedule(place: AwsPlace, name: string): Promise<void> {
  await unlessMissing(awsClients(place).scheduler.send(new DeleteScheduleCommand({ Name: name })));
}

/** Names of the schedules of a region, in the default group, that begin so. */
export async function listSchedules(place: AwsPlace, prefix: string): Promise<string[]> {
  const pages = paginateListSchedules(
    { client: awsClients(place).scheduler },
    { NamePrefix: prefix, GroupName: 'default' },
  );
  return (await allOf(pages, ({ Schedules }) => Schedules)).flatMap(({ Name }) => Name ?? []);
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (awsErrorName(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
