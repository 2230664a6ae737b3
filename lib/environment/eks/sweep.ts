import { REMOVAL_ORDER, removeResource } from '../../aws/remove.ts';
import { type AwsResource, byItself, ourResources, words } from '../../aws/residue.ts';
import type { AwsPlace } from '../../model/aws.ts';
import { errorMessage } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import { removeStack } from './stacks.ts';

/** Which leftovers a sweep of AWS may remove. */
export interface SweepChoice {
  /** Only of this environment, expired or not; of all that are expired when left out. */
  environment?: string;
  now: Date;
}

const STACK = 'cloudformation:stack';
/** Stacks hold the VPCs; logs are written as long as a cluster is there. */
const ORDER = [...REMOVAL_ORDER.filter((kind) => kind !== 'logs:log-group'), STACK, 'logs:log-group'];

/**
 * What a sweep would remove, in the order in which that is possible, and what it would leave to a person since nothing here removes its
 * kind. Only what carries our tags is looked at: expired, or of the environment that was named. What belongs to a stack that is there goes
 * with the stack. Pure.
 */
export function sweepPlan(
  found: readonly AwsResource[],
  { environment, now }: SweepChoice,
): { remove: AwsResource[]; leave: AwsResource[] } {
  const meant = found
    .filter(({ tags }) =>
      environment === undefined ? isExpired(tags.expires, now) : tags.environment === environment,
    )
    .filter(byItself(found));
  // A peering is shown on both sides.
  const once = meant.filter(
    (one, index) => meant.findIndex(({ kind, id }) => kind === one.kind && id === one.id) === index,
  );
  const rank = ({ kind }: AwsResource) => ORDER.indexOf(kind);
  return {
    remove: once.filter((one) => rank(one) >= 0).sort((a, b) => rank(a) - rank(b)),
    leave: once.filter((one) => rank(one) < 0 && !once.some((stack) => holds(stack, one))),
  };
}

/** Nodes and the like carry our tags, and no mark of the stack with whose node group they go. */
function holds(stack: AwsResource, { place, tags }: AwsResource): boolean {
  return (
    stack.kind === STACK &&
    stack.tags.environment === tags.environment &&
    stack.place.region === place.region &&
    stack.place.account.name === place.account.name
  );
}

/** A tag that cannot be read as a time is none that Meshproof wrote: such a thing never expires. */
function isExpired(expires: string, now: Date): boolean {
  const at = Date.parse(expires);
  return Number.isFinite(at) && at < now.getTime();
}

/** Everything with our tags in these places; one after the other, so that no account is asked by many at once. */
export async function findOurs(places: readonly AwsPlace[]): Promise<AwsResource[]> {
  const found: AwsResource[] = [];
  for (const place of places) found.push(...(await ourResources(place)));
  return found;
}

/** Removes these one after the other, tries all, and gives what failed, in words. */
export async function removeAll(
  resources: readonly AwsResource[],
  context: { log: Log; signal: AbortSignal; limitMs?: number; firstLookMs?: number },
): Promise<string[]> {
  const { log, signal, limitMs, firstLookMs = 1000 } = context;
  const failed: string[] = [];
  for (const one of resources) {
    signal.throwIfAborted();
    log.info(`removing ${words(one)}`);
    try {
      if (one.kind === STACK)
        await removeStack({ cluster: one.id, place: one.place, name: one.id }, one.tags.environment, {
          log,
          signal,
          firstLookMs,
        });
      else
        await removeResource(one, {
          signal,
          firstMs: firstLookMs,
          ...(limitMs === undefined ? {} : { limitMs }),
        });
    } catch (error) {
      failed.push(`${words(one)}: ${errorMessage(error)}`);
    }
  }
  return failed;
}
