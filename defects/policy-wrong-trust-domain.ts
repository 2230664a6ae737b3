import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { bend, guardOf, healRules } from './policy-rules.ts';

const OLD_DOMAIN = 'old.example';

/** A principal of a trust domain that nobody has any more matches nobody: the rule is there and denies nothing. */
export const policyWrongTrustDomain: Defect = {
  id: 'policy-wrong-trust-domain',
  title: 'a rule that denies names its identity in a trust domain that the mesh has left',
  caughtBy: ['policy/deny-wins', 'policy/segmentation'],
  says: /AuthorizationPolicy meshproof-policy\/deny-identity was changed: .*old\.example/,
  silent: 'the rule is listed and valid; whoever it names walks through',
  plant: (lab) =>
    bend(lab, 'deny-identity', (rule) => {
      for (const { source } of rule.from ?? [])
        source.principals = source.principals?.map((name) => name.replace(/^[^/]+/, OLD_DOMAIN)) ?? [];
    }),
  async bites(lab) {
    return (await guardOf(lab, lastCluster(lab))).includes(OLD_DOMAIN)
      ? `the proxy in ${lastCluster(lab)} compares with ${OLD_DOMAIN}`
      : undefined;
  },
  heal: healRules,
};
