import { Command } from 'commander';
import { awsCheckCommand } from './aws-check-command.ts';

/** `meshproof aws …` */
export function awsCommand(): Command {
  const aws = new Command('aws').description('what clusters on AWS need besides');
  aws.addCommand(awsCheckCommand());
  return aws;
}
