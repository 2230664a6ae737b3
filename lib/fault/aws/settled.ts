import { type ErrorKind, errorMessage, MeshproofError } from '../../support/errors.ts';

/** Looks further and further apart, so that nobody is asked more than a few times for what takes minutes. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];

/**
 * Asks until nothing is wrong at two looks in a row: answers of the EC2 API may be older than a change (Amazon EC2 API
 * reference, "Eventual consistency"). Throws with what was wrong at the last look otherwise; a look that fails counts as wrong.
 */
export async function settled(
  what: string,
  look: () => Promise<readonly string[]>,
  { withinMs, kind }: { withinMs: number; kind: ErrorKind },
): Promise<void> {
  const until = Date.now() + withinMs;
  let good = 0;
  for (let turn = 0; ; turn += 1) {
    const wrong = await look().catch((error: unknown) => [errorMessage(error)]);
    good = wrong.length === 0 ? good + 1 : 0;
    if (good === 2) return;
    if (Date.now() >= until)
      throw new MeshproofError(
        kind,
        `${what} is not to be seen within ${withinMs / 1000} s: ${wrong.join('; ')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(turn, PAUSES_MS.length - 1)]));
  }
}
