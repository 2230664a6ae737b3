import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { guardOf, healRules, policyRef } from './policy-rules.ts';

const NAME = 'support-access';

/** One rule that allows everything outweighs every default: rules that allow add up. */
export const policyAllowAll: Defect = {
  id: 'policy-allow-all',
  title: 'someone let everything into the namespace for a moment, and forgot it',
  caughtBy: ['policy/default-deny', 'policy/segmentation'],
  says: /support-access is there, which the run did not make/,
  silent: 'the default-deny rule is still listed; nothing fails, since nothing is denied any more',
  plant: (lab) => {
    const object = { ...policyRef(NAME), spec: { action: 'ALLOW', rules: [{}] } };
    return lab.changes.apply(lastCluster(lab), [object]);
  },
  async bites(lab) {
    return (await guardOf(lab, lastCluster(lab))).includes(`policy[${NAME}]`)
      ? `the proxy in ${lastCluster(lab)} enforces ${NAME}`
      : undefined;
  },
  heal: healRules,
};
