import type { Defect } from '../lib/prove/defect.ts';
import { forgotten } from './policy-proxy-view.ts';
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
    return lab.changes.apply(forgotten(lab), [object]);
  },
  async bites(lab) {
    return (await guardOf(lab, forgotten(lab))).includes(`policy[${NAME}]`)
      ? `the proxy in ${forgotten(lab)} enforces ${NAME}`
      : undefined;
  },
  heal: healRules,
};
