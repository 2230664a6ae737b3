import { Command } from 'commander';
import { stringify } from 'yaml';
import { loadScenario } from '../gameday/load.ts';
import { FAULT_KINDS } from '../model/fault.ts';
import { rbacManifests } from '../rbac/manifests.ts';
import { rightsForCanary } from '../rbac/canary-rights.ts';
import { merged, type Right, rightsForCost, rightsForFault, rightsForGameday } from '../rbac/rights.ts';

/** `meshproof rbac` */
export function rbacCommand(): Command {
  return new Command('rbac')
    .description(
      'print an account with the least rights that a game day, a fault or meshproof cost takes in clusters that exist, or that a canary does',
    )
    .argument(
      '<for...>',
      'scenarios (a file, or a name of meshproof gameday list), kinds of faults, cost, and canary',
    )
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
cost reads what the kubelets count (nodes/proxy), which also lets commands run in pods of the node; Kubernetes has no lesser right.
canary is what the comparison of a gate takes beside calls (gate --skip preflight,conformance,traffic): a second istiod.
Nobody has run one with these rights alone yet. An upgrade takes
what istioctl install takes, which is an administrator; a gate needs a mesh that Meshproof installed, where it is one.
Faults get into nodes by privileged Jobs in the namespace meshproof-system: who may make those is root on every node.`;

function rightsOf(given: string, rehearse: boolean): Right[] {
  if (FAULT_KINDS.some((kind) => kind === given)) return rightsForFault();
  if (given === 'cost') return rightsForCost();
  if (given === 'canary') return rightsForCanary();
  return rightsForGameday(loadScenario(given).scenario, { rehearse });
}
