import type { Defect } from '../lib/prove/defect.ts';
import { POLICY_NAMESPACE } from '../lib/run/areas/policy.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { guardOf, healRules, policyRef } from './policy-rules.ts';

const RULE = 'deny-identity';

/** Each control plane reads its own cluster only: what is applied to one is in force in one. */
export const policyMissingInOneCluster: Defect = {
  id: 'policy-missing-in-one-cluster',
  title: 'a rule that denies was applied to all clusters but the last one',
  caughtBy: ['policy/deny-wins', 'policy/segmentation'],
  says: /AuthorizationPolicy meshproof-policy\/deny-identity is missing/,
  silent: 'everything runs, and more gets through than before; analyze looks at one cluster at a time',
  plant: (lab) => lab.changes.remove(lastCluster(lab), policyRef(RULE)),
  async bites(lab) {
    const rules = await guardOf(lab, lastCluster(lab));
    return rules.includes(`policy[allow-identity]`) && !rules.includes(`policy[${RULE}]`)
      ? `the proxy in ${lastCluster(lab)} enforces rules of ${POLICY_NAMESPACE}, and not ${RULE}`
      : undefined;
  },
  heal: healRules,
};
