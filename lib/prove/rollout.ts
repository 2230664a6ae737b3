import { rolledOut as kindRolledOut } from '../run/rollouts.ts';
import type { DefectLab } from './defect.ts';

/** Waits until a Deployment runs what it says, with as many pods as it wants and no old one left. */
export function rolledOut(
  lab: DefectLab,
  cluster: string,
  deployment: { name: string; namespace: string },
): Promise<void> {
  return kindRolledOut(lab.kube(cluster), { kind: 'Deployment', ...deployment });
}
