import type { Defect } from '../lib/prove/defect.ts';
import { asAdmitted, secretPolicy, there } from './join-secrets.ts';

const NAME = 'no-foreign-labels';

/** Peering takes a secret in each direction, and each is one object that anything may have touched. */
export const joinOneWay: Defect = {
  id: 'join-one-way',
  title:
    'admission control of one cluster rewrites a label of new secrets, so that a cluster which joins is peered one way only',
  caughtBy: ['discovery/join-and-leave'],
  says: /callers in \S+ were not answered by it[\s\S]*control plane does not watch cluster guest/,
  silent:
    'the secret is there in both directions, no pod is unready, and calls go on among those who were there before',
  plant: (lab) =>
    lab.changes.apply(
      there(lab),
      secretPolicy(NAME, 'Object{metadata: Object.metadata{labels: {"istio/multiCluster": "reviewed"}}}'),
    ),
  async bites(lab) {
    const { metadata } = await asAdmitted(lab);
    const label = metadata?.labels?.['istio/multiCluster'];
    return label === 'true'
      ? undefined
      : `a remote secret would be admitted to ${there(lab)} with the label ${label}`;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
