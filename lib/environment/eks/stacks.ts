import { createHash, randomUUID } from 'node:crypto';
import {
  type AwsStack,
  createStack,
  deleteStack,
  findStack,
  newestEvent,
  type StackEvent,
  type StackOutcome,
  type StackText,
  updateStack,
  watchStack,
} from '../../aws/stacks.ts';
import type { AwsPlace } from '../../model/aws.ts';
import { MeshproofError } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';

export interface StackContext {
  log: Log;
  signal: AbortSignal;
  /** Pause before the second look at a stack, milliseconds. */
  firstLookMs: number;
}

/** Where a cluster's stack is, as {@link ensureStack} and {@link removeStack} find it again. */
export interface StackPlace {
  cluster: string;
  place: AwsPlace;
  /** Name of the stack. */
  name: string;
}

/** What is there, and needs no more than perhaps an update. */
const WHOLE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
/** What only goes away. */
const BROKEN = new Set([
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'DELETE_FAILED',
  'REVIEW_IN_PROGRESS',
]);
/** Work on a stack ends, whatever it was: it rests, is whole, or is made anew. */
const ROUNDS = 6;

/**
 * A stack as its text says: made when it is not there, waited for when somebody makes it, made anew when it is broken, updated
 * when the text has changed. An `environment` error names what failed first, and why; the stack has rolled back by then.
 */
export async function ensureStack(at: StackPlace, text: StackText, context: StackContext): Promise<AwsStack> {
  const { place, name } = at;
  const marked = { ...text, body: withMark(text.body) };
  for (let round = 0; round < ROUNDS; round += 1) {
    context.signal.throwIfAborted();
    const stack = await findStack(place, name);
    if (!stack) {
      const id = await createStack(place, marked, randomUUID());
      const outcome = await watch(at, id, context);
      if (outcome.status !== 'CREATE_COMPLETE') throw failed(at, 'made', outcome);
      continue;
    }
    refuseForeign(at, stack, text.tags.environment);
    if (stack.status !== 'REVIEW_IN_PROGRESS' && stack.status.endsWith('_IN_PROGRESS')) {
      context.log.info(`${at.cluster}: ${stack.status}, waiting for it`);
      await watch(at, stack.id, context);
    } else if (BROKEN.has(stack.status)) {
      context.log.warn(`${at.cluster}: the stack of an earlier attempt is ${stack.status}: it is made anew`);
      await remove(at, stack, context);
    } else if (!WHOLE.has(stack.status)) throw stuck(at, stack.status);
    else if (stack.description.includes(markOf(text.body))) return stack;
    else if (await updateStack(place, stack, marked)) {
      const before = stack.id;
      const outcome = await watch(at, before, context);
      if (outcome.status !== 'UPDATE_COMPLETE') throw failed(at, 'updated', outcome);
    } else return stack;
  }
  throw stuck(at, `never whole in ${ROUNDS} attempts`);
}

/** Deletes a stack with all that it made, from whatever state, and waits until it is gone. Says whether there was one. */
export async function removeStack(
  at: StackPlace,
  environment: string,
  context: StackContext,
): Promise<boolean> {
  const stack = await findStack(at.place, at.name);
  if (!stack || stack.status === 'DELETE_COMPLETE') return false;
  refuseForeign(at, stack, environment);
  await remove(at, stack, context);
  return true;
}

/** Deletes; what failed to go is tried once more, when what held it may have gone by itself. */
async function remove(at: StackPlace, stack: AwsStack, context: StackContext): Promise<void> {
  const deleting = stack.status === 'DELETE_IN_PROGRESS';
  let after = deleting ? undefined : await newestEvent(at.place, stack.id);
  if (!deleting) await deleteStack(at.place, stack.id);
  const first = await watch(at, stack.id, context, after);
  if (first.status === 'DELETE_COMPLETE') return;
  context.log.warn(`${at.cluster}: ${words(first)}; deleting once more`);
  after = await newestEvent(at.place, stack.id);
  await deleteStack(at.place, stack.id);
  const second = await watch(at, stack.id, context, after);
  if (second.status !== 'DELETE_COMPLETE') throw failed(at, 'deleted', second);
}

async function watch(
  { cluster, place }: StackPlace,
  id: string,
  { log, signal, firstLookMs }: StackContext,
  after?: string,
): Promise<StackOutcome> {
  return watchStack(place, id, {
    signal,
    firstMs: firstLookMs,
    after,
    onEvent: (event) => {
      const line = `${cluster}: ${event.resource} ${event.status}${event.reason && ` (${event.reason})`}`;
      if (event.status.endsWith('_FAILED')) log.warn(line);
      else if (isSlow(event)) log.info(line);
      else log.debug(line);
    },
  });
}

/** What takes minutes is worth a line. */
function isSlow({ ofStack, type }: StackEvent): boolean {
  return (
    ofStack ||
    type === 'AWS::EKS::Cluster' ||
    type === 'AWS::EKS::Nodegroup' ||
    type === 'AWS::EC2::NatGateway'
  );
}

function markOf(body: string): string {
  return `(${createHash('sha256').update(body).digest('hex').slice(0, 16)})`;
}

/** The text with a mark of its content in its description, by which a changed text is seen. */
function withMark(body: string): string {
  const template = JSON.parse(body) as { Description: string };
  return JSON.stringify({ ...template, Description: `${template.Description} ${markOf(body)}` });
}

function refuseForeign({ cluster, name, place }: StackPlace, { tags }: AwsStack, environment: string): void {
  if (tags?.environment === environment) return;
  throw new MeshproofError(
    'environment',
    `${cluster}: there is a stack ${name} in ${place.region} that is not of ${environment}`,
    { nextStep: 'give the environment another name, or remove that stack; nothing of it was touched' },
  );
}

function failed(at: StackPlace, what: 'made' | 'updated' | 'deleted', outcome: StackOutcome): MeshproofError {
  return new MeshproofError('environment', `${at.cluster} was not ${what}: ${words(outcome)}`, {
    nextStep:
      what === 'deleted'
        ? 'remove what holds it, then meshproof env down once more'
        : 'mend the cause and run meshproof env up again, which starts over; meshproof env down removes everything',
    facts: { stack: at.name, region: at.place.region, status: outcome.status },
  });
}

function words({ status, firstFailure }: StackOutcome): string {
  if (!firstFailure) return status;
  const { resource, type, reason } = firstFailure;
  return `${resource} (${type}): ${reason || status}`;
}

function stuck({ cluster, name, place }: StackPlace, state: string): MeshproofError {
  return new MeshproofError(
    'environment',
    `${cluster}: the stack ${name} in ${place.region} is stuck: ${state}`,
    {
      nextStep: 'meshproof env down removes it, then env up makes it anew',
    },
  );
}
