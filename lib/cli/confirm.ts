import { stderr, stdin } from 'node:process';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Environment } from '../model/environment.ts';
import { MeshproofError } from '../support/errors.ts';

/** Flags of commands that break things. */
export interface DisruptionFlags {
  yes?: boolean;
  confirm?: string;
  allowDisruption?: boolean;
  allowLastCopy?: boolean;
}

/** Adds the flags by which a person answers for what is broken. */
export function withDisruptionFlags(command: Command): Command {
  return command
    .option(
      '--yes',
      'do not ask (environments that Meshproof made only); what people have to do counts as done',
    )
    .option('--confirm <environment>', 'the name of the environment, as it would be typed when asked')
    .option('--allow-disruption', ALLOW_DISRUPTION)
    .option(
      '--allow-last-copy',
      'also when a fault takes the last ready copy of something that is not Meshproof’s',
    );
}

/** What `--allow-disruption` is for. */
export const ALLOW_DISRUPTION =
  'disturb clusters that Meshproof did not make, too; each must have opted in by a label';

/**
 * The name of the environment must be typed: a yes is said too fast, and is enough only for what Meshproof made itself. A
 * `usage` error when it is not, or nobody can be asked.
 */
export async function confirmEnvironment(
  { name, provider }: Pick<Environment, 'name' | 'provider'>,
  flags: Pick<DisruptionFlags, 'yes' | 'confirm'>,
  what: string,
): Promise<void> {
  const isDisposable = provider.kind !== 'kubeconfig';
  if (flags.yes && isDisposable) return;
  const yes = isDisposable ? ', or pass --yes' : ', or pass it as --confirm';
  const refused = (why: string) =>
    new MeshproofError('usage', `nothing was injected: ${why}`, {
      nextStep: `type the environment's name (${name}) when asked${yes}`,
    });
  if (flags.confirm === name) return;
  if (flags.confirm !== undefined) throw refused(`--confirm ${flags.confirm} is not its name`);
  if (!stdin.isTTY)
    throw refused(
      flags.yes ? 'Meshproof did not make these clusters: --yes is not enough' : 'nobody can be asked',
    );
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await prompt.question(`Type ${name} to ${what}: `);
    if (answer.trim() !== name) throw refused('not confirmed');
  } finally {
    prompt.close();
  }
}
