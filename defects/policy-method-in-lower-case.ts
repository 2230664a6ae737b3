import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { bend, guardOf, healRules } from './policy-rules.ts';

/** Methods are compared letter by letter: `get` is no request's method. */
export const policyMethodInLowerCase: Defect = {
  id: 'policy-method-in-lower-case',
  title: 'a rule allows the method `get`, which no request has',
  caughtBy: ['policy/by-method', 'policy/segmentation'],
  says: /AuthorizationPolicy meshproof-policy\/allow-method was changed: .*"get"/,
  silent: 'the rule is valid; only the workloads of one cluster are denied what they are allowed',
  plant: (lab) =>
    bend(lab, 'allow-method', (rule) => {
      for (const { operation } of rule.to ?? []) operation.methods = ['get'];
    }),
  async bites(lab) {
    return /"exact": "get"/.test(await guardOf(lab, lastCluster(lab)))
      ? `the proxy in ${lastCluster(lab)} compares methods with "get"`
      : undefined;
  },
  heal: healRules,
};
