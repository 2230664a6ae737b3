import type { GateWaiver } from '../model/gate.ts';
import type { Profile } from '../model/run.ts';
import type { MeshSide } from '../model/upgrade.ts';
import type { UseOptions } from '../run/use-environment.ts';
import type { SideBySideOptions } from './side-by-side.ts';

/** Parts of a gate that can be left out. GO takes all of them. */
export const GATE_PARTS = ['preflight', 'conformance', 'comparison', 'traffic'] as const;
export type GatePart = (typeof GATE_PARTS)[number];

/** How sides are compared: side by side where they can be, or one after the other in any case. */
export const COMPARISON_DESIGNS = ['side-by-side', 'before-after'] as const;
export type ComparisonDesign = (typeof COMPARISON_DESIGNS)[number];

export interface GateOptions extends UseOptions {
  from: MeshSide;
  to: MeshSide;
  command: string;
  seed: number;
  /** Tests of a conformance run that run side by side. */
  workers: number;
  /** Promises that both sides are held to; the suite `failover` is always among them. */
  profile: Profile;
  /** Only promises whose id matches. */
  grep?: string | undefined;
  rounds: NonNullable<SideBySideOptions['rounds']>;
  comparison: ComparisonDesign;
  skip: readonly GatePart[];
  /** Folder of the decision and of both conformance reports, absolute. */
  output: string;
  progress: 'inherit' | 'stderr';
  waivers: readonly GateWaiver[];
  /** Ends with the first finding against the candidate. */
  failFast: boolean;
  /** Folder that is kept over gates, for what runs now as it was; absolute. */
  history?: string | undefined;
}
