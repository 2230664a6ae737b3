import { stderr, stdin } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { MeshproofError } from '../support/errors.ts';

/** The name of the environment must be typed: a yes is said too fast. A `usage` error when it is not, or nobody can be asked. */
export async function confirmEnvironment(name: string, what: string): Promise<void> {
  const refused = (why: string) =>
    new MeshproofError('usage', `nothing was injected: ${why}`, {
      nextStep: `type the environment's name (${name}) when asked, or pass --yes`,
    });
  if (!stdin.isTTY) throw refused('nobody can be asked');
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await prompt.question(`Type ${name} to ${what}: `);
    if (answer.trim() !== name) throw refused('not confirmed');
  } finally {
    prompt.close();
  }
}
