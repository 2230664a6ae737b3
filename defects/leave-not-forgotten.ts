import { PatchStrategy } from '@kubernetes/client-node';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { ignoreMissing } from '../lib/support/kube.ts';
import { asAdmitted, GUEST_SECRET, secretPolicy, there } from './join-secrets.ts';

const NAME = 'keep-for-audit';
const FINALIZER = 'audit.example/keep';

/** `kubectl delete secret` says "deleted"; the secret stays, and with it every endpoint of a cluster that is gone. */
export const leaveNotForgotten: Defect = {
  id: 'leave-not-forgotten',
  title: 'a finalizer that nobody serves keeps the remote secret of a cluster that left',
  caughtBy: ['discovery/join-and-leave'],
  says: /(still answered by it|keeps its endpoints)[\s\S]*still watches guest/,
  silent:
    'the removal of the peering succeeds, and all is well as long as the cluster that left still stands',
  plant: (lab) =>
    lab.changes.apply(
      there(lab),
      secretPolicy(NAME, `Object{metadata: Object.metadata{finalizers: ["${FINALIZER}"]}}`),
    ),
  async bites(lab) {
    const { metadata } = await asAdmitted(lab);
    const kept = metadata?.finalizers?.includes(FINALIZER) === true;
    return kept
      ? `a remote secret would be admitted to ${there(lab)} with the finalizer ${FINALIZER}`
      : undefined;
  },
  async heal(lab) {
    await lab.changes.revert();
    await letGo(lab);
  },
};

/** The one that a visit left behind. */
async function letGo(lab: DefectLab): Promise<void> {
  const { objects } = lab.kube(there(lab));
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: GUEST_SECRET, namespace: lab.driver.namespace },
  };
  const left = await ignoreMissing(objects.read(secret));
  if (!left) return;
  const without = { ...secret, metadata: Object.assign({}, secret.metadata, { finalizers: null }) };
  await ignoreMissing(
    objects.patch(without as never, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch),
  );
  await ignoreMissing(objects.delete(secret));
}
