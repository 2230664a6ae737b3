import { MeshproofError } from '../support/errors.ts';
import { awsErrorName } from './errors.ts';

/** How long AWS is given to get round to something. */
export interface Patience {
  /** What is waited for, in words. */
  what: string;
  /** Errors that pass by themselves; any other ends the wait. */
  on?: readonly string[];
  signal?: AbortSignal | undefined;
  /** Default: ten minutes; a Transit Gateway takes one to five. */
  limitMs?: number;
  /** Pause before the second look; each later one is half as long again, up to 15 s, so that waits cost few calls. Default: 1 s. */
  firstMs?: number;
}

const LONGEST_MS = 15_000;

/**
 * Looks until there is an answer: AWS tells what it did late, and deletes late what others still hold. An `environment` error with
 * the last answer when the limit is reached.
 */
export async function eventually<T>(
  look: () => Promise<T | undefined>,
  { what, on = [], signal, limitMs = 600_000, firstMs = 1000 }: Patience,
): Promise<T> {
  const until = Date.now() + limitMs;
  let last: unknown;
  for (let pause = firstMs; ; pause = Math.min(pause * 1.5, LONGEST_MS)) {
    signal?.throwIfAborted();
    try {
      const answer = await look();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      if (!on.includes(awsErrorName(error))) throw error;
      last = error;
    }
    if (Date.now() + pause > until) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  const said = last === undefined ? '' : `: ${awsErrorName(last)}: ${(last as Error).message}`;
  throw new MeshproofError('environment', `${what}: not within ${limitMs / 1000} s${said}`, { cause: last });
}

/** What an answer says, or undefined when AWS answered with one of these errors: it is not there. */
export async function unless<T>(names: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (names.includes(awsErrorName(error))) return undefined;
    throw error;
  });
}
