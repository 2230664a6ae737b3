import { Command } from 'commander';
import { meshproofProgram } from '../../lib/cli/program.ts';
import { errorMessage } from '../../lib/support/errors.ts';

/** The arguments of each call of Meshproof in a script, with `values` in place of variables. */
export function invocationsIn(script: string, values: Record<string, string> = {}): string[][] {
  const lines = script.replaceAll(/\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) =>
    [...line.matchAll(/\bnode bin\/meshproof\.mjs ([^|&;>]*)/g)].map(([, rest = '']) =>
      words(rest).map((word) =>
        word.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => values[name] ?? 'placeholder'),
      ),
    ),
  );
}

/** Words as the shell makes them of what ours use: blanks between, double quotes around. */
function words(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** What the real command line says against these arguments, undefined when it takes them. Runs nothing. */
export async function refusal(args: readonly string[]): Promise<string | undefined> {
  const program = meshproofProgram();
  // Until there is one: what lib/gate needs (docs/ci.md). The real one counts as soon as it is there.
  if (!program.commands.some((command) => command.name() === 'gate')) program.addCommand(plannedGate());
  silence(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

function plannedGate(): Command {
  return new Command('gate')
    .requiredOption('--from <version>')
    .requiredOption('--to <version>')
    .option('-e, --environment <file>')
    .option('-o, --output <folder>');
}

function silence(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  if (command.commands.length === 0) command.action(() => {});
  for (const child of command.commands) silence(child);
}
