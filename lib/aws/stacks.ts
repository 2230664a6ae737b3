import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent as SdkEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsPlace } from '../model/aws.ts';
import { awsClients } from './clients.ts';
import { awsErrorName } from './errors.ts';
import { type OurTags, ourTags, tagList } from './tags.ts';

/** A stack of CloudFormation as it is now. */
export interface AwsStack {
  id: string;
  name: string;
  status: string;
  description: string;
  outputs: Record<string, string>;
  /** Undefined when it is none of ours. */
  tags: OurTags | undefined;
}

/** One step of a stack. */
export interface StackEvent {
  id: string;
  resource: string;
  type: string;
  status: string;
  reason: string;
  /** Of the stack as a whole, and of none of its resources. */
  ofStack: boolean;
}

/** How a stack ended, and what failed first where anything did. */
export interface StackOutcome {
  status: string;
  firstFailure: StackEvent | undefined;
}

/** What a stack is made from. */
export interface StackText {
  name: string;
  body: string;
  parameters: Readonly<Record<string, string>>;
  tags: OurTags;
}

export interface WatchOptions {
  signal: AbortSignal;
  onEvent: (event: StackEvent) => void;
  /** Pause before the second look, milliseconds; each later one is half as long again, up to 20 s. */
  firstMs: number;
  /** Events up to this one are old. */
  after?: string | undefined;
}

const LONGEST_MS = 20_000;
/** A stack that was just made may not be known everywhere yet; looks that are told so in a row. */
const UNKNOWN_LOOKS = 8;

/** A stack by its name (a deleted one only by its id); undefined when there is none. */
export async function findStack(place: AwsPlace, name: string): Promise<AwsStack | undefined> {
  const { cloudformation } = awsClients(place);
  try {
    const { Stacks: [stack] = [] } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: name }),
    );
    if (!stack) return undefined;
    const outputs = (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
      OutputKey,
      OutputValue,
    ]);
    return {
      id: stack.StackId ?? '',
      name: stack.StackName ?? '',
      status: stack.StackStatus ?? '',
      description: stack.Description ?? '',
      outputs: Object.fromEntries(outputs),
      tags: ourTags(stack.Tags),
    };
  } catch (error) {
    if (isUnknown(error)) return undefined;
    throw error;
  }
}

/** Begins to make a stack, which rolls back by itself when anything fails. Gives its id. The same `token` twice makes one. */
export async function createStack(place: AwsPlace, text: StackText, token: string): Promise<string> {
  const { cloudformation } = awsClients(place);
  const { StackId = '' } = await cloudformation.send(
    new CreateStackCommand({
      StackName: text.name,
      TemplateBody: text.body,
      Parameters: parametersOf(text),
      Tags: tagList(text.tags),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      OnFailure: 'ROLLBACK',
      ClientRequestToken: token,
    }),
  );
  return StackId;
}

/** Begins to change a stack; its parameters and tags stay. False when there is nothing to change. */
export async function updateStack(place: AwsPlace, stack: AwsStack, text: StackText): Promise<boolean> {
  const { cloudformation } = awsClients(place);
  try {
    await cloudformation.send(
      new UpdateStackCommand({
        StackName: stack.id,
        TemplateBody: text.body,
        Parameters: Object.keys(text.parameters).map((key) => ({
          ParameterKey: key,
          UsePreviousValue: true,
        })),
        Capabilities: ['CAPABILITY_NAMED_IAM'],
      }),
    );
    return true;
  } catch (error) {
    if (/No updates are to be performed/.test(messageOf(error))) return false;
    throw error;
  }
}

/** Begins to delete a stack; a deletion that is on its way already goes on. */
export async function deleteStack(place: AwsPlace, id: string): Promise<void> {
  await awsClients(place).cloudformation.send(new DeleteStackCommand({ StackName: id }));
}

/** Id of a stack's newest event. */
export async function newestEvent(place: AwsPlace, id: string): Promise<string | undefined> {
  return (await eventsSince(place, id, undefined, 1))[0]?.id;
}

/** Looks at the events of a stack until it rests: one call a look, fewer and fewer of them. */
export async function watchStack(place: AwsPlace, id: string, options: WatchOptions): Promise<StackOutcome> {
  const { signal, onEvent, firstMs } = options;
  let { after } = options;
  let firstFailure: StackEvent | undefined;
  let unknown = 0;
  for (let pause = firstMs; ; pause = Math.min(pause * 1.5, LONGEST_MS)) {
    signal.throwIfAborted();
    const events = await eventsSince(place, id, after).catch((error: unknown) => {
      unknown += 1;
      if (isUnknown(error) && unknown < UNKNOWN_LOOKS) return [];
      throw error;
    });
    for (const event of events.toReversed()) {
      onEvent(event);
      if (!event.ofStack && event.status.endsWith('_FAILED')) firstFailure ??= event;
    }
    after = events[0]?.id ?? after;
    const state = events.find(({ ofStack }) => ofStack)?.status;
    if (state !== undefined && !state.endsWith('_IN_PROGRESS')) return { status: state, firstFailure };
    await sleep(pause, undefined, { signal });
  }
}

/** Newest first, down to the one that is known already. */
async function eventsSince(
  place: AwsPlace,
  id: string,
  known: string | undefined,
  limit = Number.POSITIVE_INFINITY,
): Promise<StackEvent[]> {
  const { cloudformation } = awsClients(place);
  const found: StackEvent[] = [];
  let token: string | undefined;
  do {
    const page: { StackEvents?: SdkEvent[] | undefined; NextToken?: string | undefined } =
      await cloudformation.send(
        new DescribeStackEventsCommand({
          StackName: id,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
    for (const event of page.StackEvents ?? []) {
      if (event.EventId === known || found.length >= limit) return found;
      found.push(toEvent(event));
    }
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}

function toEvent(event: SdkEvent): StackEvent {
  return {
    id: event.EventId ?? '',
    resource: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason ?? '',
    ofStack: event.PhysicalResourceId === event.StackId,
  };
}

function parametersOf({ parameters }: StackText) {
  return Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
}

function isUnknown(error: unknown): boolean {
  return awsErrorName(error) === 'ValidationError' && /does not exist/.test(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
