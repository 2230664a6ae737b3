import type { Side } from '../model/comparison.ts';
import type { GateFinding } from '../model/gate.ts';
import type { Lab } from '../model/lab.ts';
import type { MeshSettings } from '../model/upgrade.ts';
import { type MeshChangeOptions, upgradeContext, upgradeOf } from '../run/mesh-change.ts';

/** What is to be known of a candidate before it is tried; changes nothing. A mesh that tells nothing has one note. */
export async function preflight(
  lab: Lab,
  settings: Record<Side, MeshSettings>,
  options: MeshChangeOptions = {},
): Promise<GateFinding[]> {
  const { preflight: look } = upgradeOf(lab);
  if (look) return await look(settings, upgradeContext(lab, options));
  const words = `nothing is known of ${lab.mesh.driver} before a change: no pre-flight was made`;
  return [{ source: 'preflight', weight: 'note', words }];
}
