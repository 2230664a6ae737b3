import { Command } from 'commander';
import { stringify } from 'yaml';
import { eachStep, loadScenario } from '../gameday/load.ts';
import { FAULT_KINDS, type FaultKind } from '../model/fault.ts';
import { rbacManifests } from '../rbac/manifests.ts';
import { merged, type Right, rightsFor } from '../rbac/rights.ts';

/** `meshproof rbac` */
export function rbacCommand(): Command {
  return new Command('rbac')
    .description(
      'print an account with the least rights that a game day or fault takes in clusters that exist',
    )
    .argument('<for...>', 'scenarios (a file, or a name of meshproof gameday list) and kinds of faults')
    .option('--account <name>', 'name of the account and its roles', 'meshproof')
    .option('--rehearse', 'for rehearsals: nothing is injected, so no way into the nodes is opened')
    .option('--opt-in', 'also let the cluster be disturbed: the label that --allow-disruption asks for')
    .addHelpText('after', AFTER)
    .action((given: string[], flags: { account: string; rehearse?: boolean; optIn?: boolean }) => {
      const rights = merged(given.flatMap((one) => rightsOf(one, flags.rehearse ?? false)));
      const objects = rbacManifests(rights, { account: flags.account, optIn: flags.optIn ?? false });
      console.log(
        objects
          .map((object) => stringify(object))
          .join('---\n')
          .trimEnd(),
      );
    });
}

const AFTER = `
In each cluster, by its owner:
  meshproof rbac link-flap --opt-in | kubectl apply -f -
  kubectl -n meshproof-system create token meshproof --duration 8h
The token goes into a kubeconfig, whose context the environment names (provider.kubeconfig.contexts).
Faults get into nodes by privileged Jobs in the namespace meshproof-system: who may make those is root on every node.`;

function rightsOf(given: string, rehearse: boolean): Right[] {
  const kind = FAULT_KINDS.find((one) => one === given);
  if (kind) return rightsFor('fault', [kind]);
  const { scenario } = loadScenario(given);
  const kinds = [...eachStep(scenario.steps, [])].flatMap(({ step }): FaultKind[] =>
    'inject' in step ? [step.inject.kind] : [],
  );
  return rightsFor('gameday', rehearse ? [] : kinds);
}
