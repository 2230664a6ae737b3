import { stateLine } from '../../aws/state-lines.ts';
import type { AwsPlace } from '../../model/aws.ts';
import { type AwsApiCall, type AwsHarm, OWN } from '../../model/aws-fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';

const MINUTE_MS = 60_000;

/**
 * How long EventBridge tries again, and how often at most, when AWS does not take a call: enough for an instance that is
 * still stopping; not so long that it would meet another day's changes.
 */
const RETRY = { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 60 };

/** A schedule as CreateSchedule takes it, and GetSchedule gives it back. */
export interface DeadManSchedule {
  Name: string;
  Description: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: 'UTC';
  FlexibleTimeWindow: { Mode: 'OFF' };
  State: 'ENABLED';
  ActionAfterCompletion: 'DELETE';
  Target: {
    Arn: string;
    RoleArn: string;
    Input: string;
    RetryPolicy: typeof RETRY;
    DeadLetterConfig?: { Arn: string };
  };
}

/** A schedule, and the region and account that it has to be in: those of what it puts back. */
export interface PlacedSchedule {
  place: AwsPlace;
  schedule: DeadManSchedule;
}

/**
 * When the schedules are due: at the whole minute at or after the deadline. EventBridge calls within the minute that begins
 * there (EventBridge Scheduler, "Schedule types": 60 second precision), so that all is put back a minute later. Pure.
 */
export function dueAt(deadline: number): { at: number; latest: number } {
  const at = Math.ceil(deadline / MINUTE_MS) * MINUTE_MS;
  return { at, latest: at + MINUTE_MS };
}

/** What the name of every schedule of ours begins with; those of one fault go on with its id. */
export const SCHEDULE_PREFIX = 'meshproof-';

/** The fault that a schedule belongs to, by its name; undefined when it is none of ours. Pure. */
export function faultOf(name: string): string | undefined {
  return /^meshproof-(.+-[0-9a-f]{8})-\d+$/.exec(name)?.[1];
}

/**
 * A one-shot schedule for each call that puts something back, and for what Meshproof made, a minute after the others: it can
 * only go when nothing uses it any more. They remove themselves when they are done: completed ones would count and stay (AWS
 * Compute Blog, "Automatically delete schedules upon completion"). Pure.
 */
export function schedulesOf(
  plan: Pick<FaultPlan, 'id' | 'environment'> & { aws: AwsHarm },
  own?: string,
): PlacedSchedule[] {
  const { changes, own: made, deadMan } = plan.aws;
  const due = Date.parse(deadMan.at);
  const calls = [
    ...changes.flatMap(({ cluster, object, undoes }) =>
      undoes ? [{ cluster, place: object.place, call: undoes, at: due }] : [],
    ),
    ...(made ? [{ cluster: made.cluster, place: made.place, call: made.removes, at: due + MINUTE_MS }] : []),
  ];
  return calls.map(({ cluster, place, call, at }, index) => {
    const { role = '', queue } = deadMan.actors[cluster] ?? {};
    return {
      place,
      schedule: {
        Name: `${SCHEDULE_PREFIX}${plan.id}-${index}`,
        Description: descriptionOf(plan.environment),
        ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        State: 'ENABLED',
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: `arn:aws:scheduler:::aws-sdk:${call.service}:${call.action}`,
          RoleArn: role,
          Input: JSON.stringify(withKeys(filledIn(call, own), 'toUpperCase')),
          RetryPolicy: RETRY,
          ...(queue === undefined ? {} : { DeadLetterConfig: { Arn: queue } }),
        },
      },
    };
  });
}

/** What the schedules of an environment say of themselves. */
export function descriptionOf(environment: string): string {
  return `Meshproof dead-man, environment ${environment}`;
}

/** The call that a schedule makes; undefined when its target is none that Meshproof would give it. Pure. */
export function callOf(target: {
  Arn?: string | undefined;
  Input?: string | undefined;
}): AwsApiCall | undefined {
  const [, service, action] =
    /^arn:aws:scheduler:::aws-sdk:(ec2|route53|fis):(\w+)$/.exec(target.Arn ?? '') ?? [];
  if (service === undefined || action === undefined) return undefined;
  const input = JSON.parse(target.Input ?? '{}') as Record<string, unknown>;
  const call = { service: service as AwsApiCall['service'], action, input };
  return { ...call, input: withKeys(call, 'toLowerCase') };
}

/**
 * Parameters of universal targets begin with a capital letter in what AWS shows of them, whatever the service itself does; those of FIS begin
 * with a small one in its API. The documentation of EventBridge leaves it open.
 */
function withKeys({ service, input }: AwsApiCall, first: 'toUpperCase' | 'toLowerCase') {
  if (service !== 'fis') return input;
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [`${key.charAt(0)[first]()}${key.slice(1)}`, value]),
  );
}

/** Where a schedule that is there differs from what was asked for, in words; empty when it does not. Pure. */
export function scheduleDiffers(wanted: DeadManSchedule, found: object): string[] {
  const there = found as Record<string, unknown>;
  return Object.entries(wanted).flatMap(([field, value]) =>
    stateLine(there[field]) === stateLine(value)
      ? []
      : [`${field} is ${stateLine(there[field])} and not ${stateLine(value)}`],
  );
}

/** A call with the id of what Meshproof made in place of its stand-in. Pure. */
export function filledIn(call: AwsApiCall, own: string | undefined): AwsApiCall {
  return own === undefined ? call : (JSON.parse(JSON.stringify(call).replaceAll(OWN, own)) as AwsApiCall);
}
