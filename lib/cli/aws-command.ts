import { Command } from 'commander';
import { awsCheckCommand } from './aws-check-command.ts';
import { awsPolicyCommand } from './aws-policy-command.ts';
import { eksToken, execCredential } from '../aws/token.ts';

/** `meshproof aws …` */
export function awsCommand(): Command {
  const aws = new Command('aws').description('what clusters on AWS need besides');
  aws.addCommand(awsCheckCommand());
  aws.addCommand(awsPolicyCommand());
  aws
    .command('token')
    .requiredOption('--cluster <name>', 'name of the cluster on EKS')
    .requiredOption('--region <region>', 'its region')
    .option('--role <arn>', 'role to assume first')
    .description('print a credential for the API server of a cluster: kubeconfigs of Meshproof call this')
    .action(async ({ cluster, region, role }: { cluster: string; region: string; role?: string }) => {
      const account = { name: 'token', deny: [], ...(role === undefined ? {} : { role }) };
      console.log(execCredential(await eksToken({ account, region }, cluster)));
    });
  return aws;
}
