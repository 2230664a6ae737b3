import type { Recording } from '../model/call-plan.ts';
import type { ScenarioProbe } from './schema.ts';

/** A probe ends by itself at the latest after this. */
export const LONGEST_S = 1800;

/** What one probe of a scenario watches; traffic goes on whatever happens to the way to its agent. */
export interface RunningProbe {
  probe: ScenarioProbe;
  cluster: string;
  /** Fetches what came since; gives why it could not, in words. */
  look(): Promise<string | undefined>;
  recording(): Recording;
  /** Fetches the rest, waiting for calls that are under way and for an agent that was away. */
  finish(): Promise<void>;
  remove(): Promise<void>;
}
