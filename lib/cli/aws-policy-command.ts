import { Command, InvalidArgumentError, Option } from 'commander';
import { actionsFor, policyOf, PURPOSES, trustPolicy } from '../aws/policies.ts';

/** Characters of a managed policy, blanks aside (IAM User Guide, "IAM and AWS STS quotas"). */
const MOST = 6144;

/** `meshproof aws policy` */
export function awsPolicyCommand(): Command {
  return new Command('policy')
    .description('print the IAM policy with the least rights for a purpose, or who may assume a role')
    .addOption(new Option('--for <purpose>', 'what it is for').choices(PURPOSES).default('all'))
    .option(
      '--trust <arn>',
      'instead: the trust policy of a role that this principal may assume',
      parsePrincipal,
    )
    .option('--json', 'in one line')
    .addHelpText('after', AFTER)
    .action((flags: { for: string; trust?: string; json?: boolean }) => {
      const document = flags.trust === undefined ? policyOf(actionsFor(flags.for)) : trustPolicy(flags.trust);
      console.log(JSON.stringify(document, null, flags.json ? undefined : 2));
      const size = JSON.stringify(document).length;
      if (size > MOST)
        console.error(
          `${size} characters: a managed policy takes ${MOST}, those in line of a role 10240 together`,
        );
    });
}

function parsePrincipal(text: string): string {
  if (/^arn:aws[\w-]*:iam::\d{12}:(root|(user|role)\/[\w+=,.@/-]+)$/.test(text)) return text;
  throw new InvalidArgumentError('the ARN of an account (…:root), user or role.');
}

const AFTER = `
In each account that an environment file names (provider.eks.accounts):
  aws iam create-role --role-name meshproof --assume-role-policy-document "$(meshproof aws policy --trust ARN_OF_WHO_RUNS_IT)"
  aws iam put-role-policy --role-name meshproof --policy-name provision --policy-document "$(meshproof aws policy --for provision --json)"`;
