import { waitFor } from '../support/kube.ts';
import type { DefectLab } from './defect.ts';

/** Pods end and others start, with their proxies, on a machine that may be busy. */
const ROLLOUT_MS = 120_000;

/** Waits until a Deployment runs what it says, with as many pods as it wants and no old one left. */
export async function rolledOut(
  lab: DefectLab,
  cluster: string,
  deployment: { name: string; namespace: string },
): Promise<void> {
  const { apps } = lab.kube(cluster);
  await waitFor(
    `${deployment.name} in ${cluster} is rolled out`,
    async () => {
      const { metadata, spec, status } = await apps.readNamespacedDeployment(deployment);
      const wanted = spec?.replicas ?? 1;
      return (
        status?.observedGeneration === metadata?.generation &&
        status?.updatedReplicas === wanted &&
        status.availableReplicas === wanted &&
        status.replicas === wanted
      );
    },
    { timeoutMs: ROLLOUT_MS },
  );
}
