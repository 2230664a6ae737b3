import type { DefectLab } from './defect.ts';

/** The cluster where a defect goes, unless it has a reason for another. */
export function firstCluster({ lab }: DefectLab): string {
  return lab.clusters[0]?.name ?? '';
}

/** The one that most defects are planted in: changed last, looked at least. */
export function lastCluster({ lab }: DefectLab): string {
  return lab.clusters.at(-1)?.name ?? '';
}
