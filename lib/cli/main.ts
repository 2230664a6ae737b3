import { CommanderError } from 'commander';
import { describeError, EXIT, exitCodeOf, MeshproofError } from '../support/errors.ts';
import { meshproofProgram } from './program.ts';

try {
  await meshproofProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed it already; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? EXIT.passed : EXIT.usage;
  } else {
    console.error(`error: ${describeError(error)}`);
    if (!(error instanceof MeshproofError)) console.error(error);
    process.exitCode = exitCodeOf(error);
  }
}
