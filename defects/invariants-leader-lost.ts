import { PatchStrategy } from '@kubernetes/client-node';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { waitFor } from '../lib/support/kube.ts';

const LEASE = { namespace: 'kube-system', name: 'kube-scheduler' };
const USURPER = 'a-second-scheduler';
/** The scheduler takes its lease back when it next wants to renew it, every 2 s; clusters live longer than this. */
const ACQUIRED_WITHIN_MS = 60_000;

/** Two programs of one name, or an API server that stood still for seconds: meanwhile two act, or nobody does. */
export const invariantsLeaderLost: Defect = {
  id: 'invariants-leader-lost',
  title: "in the last cluster somebody else takes the scheduler's lease for a second",
  caughtBy: ['invariants/leaders'],
  says: /kube-system\/kube-scheduler (changed hands|is held by nobody)/,
  silent:
    'seconds later the same scheduler leads again; no pod was restarted, and nothing waits to be placed',
  // Not journalled: it passes by itself in seconds, and to put an old record back would take the lease once more.
  async plant(lab) {
    const { spec } = await leaseOf(lab);
    const taken = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: LEASE,
      spec: {
        holderIdentity: USURPER,
        leaseDurationSeconds: 1,
        leaseTransitions: (spec?.leaseTransitions ?? 0) + 1,
      },
    };
    const { objects } = lab.kube(lastCluster(lab));
    const merge = PatchStrategy.MergePatch;
    await objects.patch(taken, undefined, undefined, undefined, undefined, merge);
  },
  /** The lease says when its holder got it: a holder that was never displaced got it when the cluster was made. */
  async bites(lab) {
    const { acquireTime, holderIdentity = '' } = (await leaseOf(lab)).spec ?? {};
    const agoMs = Date.now() - new Date(acquireTime ?? 0).getTime();
    return holderIdentity !== USURPER && agoMs < ACQUIRED_WITHIN_MS
      ? `${holderIdentity} had to get its lease again ${Math.round(agoMs / 1000)} s ago`
      : undefined;
  },
  /** A scheduler of an older release gives up and starts anew before it leads again. */
  async heal(lab) {
    await waitFor(
      'the scheduler leads again',
      async () => {
        const { holderIdentity, renewTime, leaseDurationSeconds = 0 } = (await leaseOf(lab)).spec ?? {};
        const valid = new Date(renewTime ?? 0).getTime() + leaseDurationSeconds * 1000 > Date.now();
        return valid && holderIdentity !== undefined && ![USURPER, ''].includes(holderIdentity);
      },
      { timeoutMs: 120_000, everyMs: 1000 },
    );
  },
};

async function leaseOf(lab: DefectLab) {
  return lab.kube(lastCluster(lab)).coordination.readNamespacedLease(LEASE);
}
