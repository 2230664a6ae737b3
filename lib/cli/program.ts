import { Command } from 'commander';
import { packageVersion } from '../report/versions.ts';
import { projectRoot } from '../support/paths.ts';
import { awsCommand } from './aws-command.ts';
import { costCommand } from './cost-command.ts';
import { diagnoseCommand } from './diagnose-command.ts';
import { faultCommand } from './fault-command.ts';
import { gamedayCommand } from './gameday-command.ts';
import { gateCommand } from './gate-command.ts';
import { environmentCommand, sweepCommand } from './environment-commands.ts';
import { proveCommand } from './prove-command.ts';
import { rbacCommand } from './rbac-command.ts';
import { reportCommand } from './report-command.ts';
import { doctorCommands, engineCommands } from './machine-commands.ts';
import { verifyCommand } from './verify-command.ts';

/** The command line: every command with its arguments and flags. Errors of usage are thrown, not ended with. */
export function meshproofProgram(): Command {
  const program = new Command('meshproof')
    .description('Conformance and chaos test harness for multi-cluster service meshes')
    .version(packageVersion(projectRoot))
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride();

  const commands = [
    verifyCommand(),
    proveCommand(),
    diagnoseCommand(),
    faultCommand(),
    gamedayCommand(),
    costCommand(),
    gateCommand(),
    environmentCommand(),
    sweepCommand(),
    awsCommand(),
    rbacCommand(),
    doctorCommands(),
    engineCommands(),
    reportCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  overrideExit(program);
  return program;
}

/** Wrong usage of a subcommand must end with 64 too, not with commander's own 1. */
function overrideExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) overrideExit(child);
}
