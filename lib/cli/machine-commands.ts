import { Argument, Command } from 'commander';
import { doctorCommand, engineCommand } from '../doctor/command.ts';
import { commandContext } from './context.ts';

const write = (text: string) => process.stdout.write(text);

/** `meshproof doctor` */
export function doctorCommands(): Command {
  return new Command('doctor')
    .description('report what this machine has and lacks, with the remedy for each')
    .option('--fix', 'install or build what is missing')
    .option('--json', 'machine-readable')
    .action(async (flags: { fix?: boolean; json?: boolean }) => {
      process.exitCode = await doctorCommand({
        fix: flags.fix ?? false,
        json: flags.json ?? false,
        colour: process.stdout.isTTY,
        log: commandContext({}).log,
        write,
      });
    });
}

/** `meshproof engine` */
export function engineCommands(): Command {
  return new Command('engine')
    .description('start, stop or show the container engine')
    .addArgument(new Argument('<action>').choices(['start', 'stop', 'status']))
    .option('--json', 'machine-readable')
    .action(async (action: string, flags: { json?: boolean }) => {
      const { log } = commandContext({});
      process.exitCode = await engineCommand(action, { json: flags.json ?? false, log, write });
    });
}
